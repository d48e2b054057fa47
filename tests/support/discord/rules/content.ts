import { MessageFlags } from 'discord.js'
import { z } from 'zod'
import type { Shown } from '../messages.ts'
import { DiscordRefusal, wrongField } from '../refusal.ts'
import type { AllowedMentions, Embed } from '../wire.ts'
import { everyComponent } from './component-tree.ts'
import { checkComponents } from './components.ts'

const maximumContent = 2_000
const maximumEmbedText = 6_000

/** What Discord demands of a message besides what its schema says. */
export function checkShown(shown: Shown, flags: number): void {
	const isSecondVersion = (flags & MessageFlags.IsComponentsV2) !== 0
	if (shown.content.length > maximumContent) {
		throw wrongField('content', 'BASE_TYPE_MAX_LENGTH', `Must be ${maximumContent} or fewer in length.`)
	}
	if (isSecondVersion) checkNoLegacyFields(shown)
	checkComponents(shown.components, isSecondVersion)
	checkEmbeds(shown.embeds)
	checkFileReferences(shown)
	if (isEmpty(shown)) throw new DiscordRefusal('emptyMessage')
}

function checkNoLegacyFields({ content, embeds }: Shown): void {
	if (content === '' && embeds.length === 0) return
	const field = content === '' ? 'embeds' : 'content'
	throw wrongField(
		field,
		'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
		`The ${field} field cannot be used when using MessageFlags.IS_COMPONENTS_V2`,
	)
}

function isEmpty({ content, embeds, components, attachments }: Shown): boolean {
	return content.trim() === '' && embeds.length === 0 && components.length === 0 && attachments.length === 0
}

const embedTexts = z.looseObject({
	title: z.string().nullish(),
	description: z.string().nullish(),
	fields: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
	footer: z.looseObject({ text: z.string().nullish() }).nullish(),
	author: z.looseObject({ name: z.string().nullish() }).nullish(),
})

function checkEmbeds(embeds: readonly Embed[]): void {
	const length = embeds.map(embedLength).reduce((sum, each) => sum + each, 0)
	if (length <= maximumEmbedText) return
	throw wrongField('embeds', 'MAX_EMBED_SIZE_EXCEEDED', `All embeds may have ${maximumEmbedText} characters.`)
}

function embedLength(embed: Embed): number {
	const { title, description, fields, footer, author } = embedTexts.parse(embed)
	const texts = [
		title,
		description,
		footer?.text,
		author?.name,
		...(fields ?? []).flatMap((each) => [each.name, each.value]),
	]
	return texts.join('').length
}

const mediaSchema = z.object({ url: z.string() })
const mediaHolder = z.looseObject({
	file: mediaSchema.optional().catch(undefined),
	media: mediaSchema.optional().catch(undefined),
	items: z
		.array(z.looseObject({ media: mediaSchema }))
		.optional()
		.catch(undefined),
})

/** Components can only show files that the message has. */
function checkFileReferences({ components, attachments }: Shown): void {
	const named = everyComponent(components).flatMap((component) => {
		const { file, media, items = [] } = mediaHolder.parse(component)
		return [file, media, ...items.map((each) => each.media)].flatMap((each) => each?.url ?? [])
	})
	const names = new Set(attachments.map(({ filename }) => `attachment://${filename}`))
	const missing = named.find((url) => url.startsWith('attachment://') && !names.has(url))
	if (missing === undefined) return
	throw wrongField('components', 'UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND', `${missing} is not attached.`)
}

export function checkAllowedMentions(allowed: AllowedMentions | null | undefined): void {
	for (const kind of ['users', 'roles'] as const) {
		if ((allowed?.parse ?? []).includes(kind) && (allowed?.[kind] ?? []).length > 0) {
			throw wrongField(
				'allowed_mentions',
				'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE',
				`parse:["${kind}"] and ${kind}: [ids...] are mutually exclusive.`,
			)
		}
	}
}

const settable = MessageFlags.SuppressEmbeds | MessageFlags.SuppressNotifications | MessageFlags.IsComponentsV2

/** The flags that a request may set. Stricter than Discord, which overlooks the others. */
export function checkFlags(flags: number, mayBeEphemeral: boolean): number {
	const allowed = settable | (mayBeEphemeral ? MessageFlags.Ephemeral : 0)
	if ((flags & ~allowed) !== 0)
		throw wrongField('flags', 'MESSAGE_FLAGS_INVALID', 'There are flags that cannot be set.')
	return flags
}

/** The flags of a message after a change. What has been sent in components of the second version stays so. */
export function changedFlags(before: number, asked: number | null | undefined): number {
	if (asked === undefined || asked === null) return before
	const sent = MessageFlags.IsComponentsV2
	if ((before & sent) !== 0 && (asked & sent) === 0) {
		throw wrongField('flags', 'MESSAGE_FLAGS_INVALID', 'The flag IS_COMPONENTS_V2 cannot be removed.')
	}
	const changeable = MessageFlags.SuppressEmbeds | sent
	return (before & ~changeable) | (asked & changeable)
}
