/** What requests carry, once they have been found to be what Discord's OpenAPI document says. */
export type AllowedMentions = {
	readonly parse?: readonly (string | null)[] | null
	readonly users?: readonly (string | null)[] | null
	readonly roles?: readonly (string | null)[] | null
	readonly replied_user?: boolean | null
}

export type AttachmentBody = {
	readonly id: string
	readonly filename?: string | null
	readonly description?: string | null
}

export type Embed = Readonly<Record<string, unknown>>

export type Component = Readonly<Record<string, unknown>> & { readonly type: number }

export type MessageBody = {
	readonly content?: string | null
	readonly embeds?: readonly Embed[] | null
	readonly components?: readonly Component[] | null
	readonly flags?: number | null
	readonly allowed_mentions?: AllowedMentions | null
	readonly attachments?: readonly AttachmentBody[] | null
	readonly sticker_ids?: readonly string[] | null
	readonly poll?: unknown
	readonly tts?: boolean | null
	readonly nonce?: string | number | null
	readonly enforce_nonce?: boolean | null
	readonly message_reference?: {
		readonly message_id: string
		readonly channel_id?: string | null
		readonly fail_if_not_exists?: boolean | null
	} | null
}

/** A file that came with a request. */
export type SentFile = {
	readonly index: number
	readonly name: string
	readonly content: Buffer
	readonly type: string
}

export type CommandBody = Readonly<Record<string, unknown>> & {
	readonly name: string
	readonly type?: number | null
	readonly description?: string | null
	readonly options?: readonly { readonly name: string; readonly required?: boolean | null }[] | null
	readonly contexts?: readonly number[] | null
	readonly integration_types?: readonly number[] | null
}
