import { z } from 'zod'
import { messageBlockSchema, type SlackBlock } from './blocks.ts'
import { nested } from './wire.ts'

/**
 * Undocumented, but Slack refuses messages whose blocks together have more characters. Reports differ on what it counts besides
 * the text; everything that is sent counts here, which is the strictest of them.
 */
const maximumBlockCharacters = 13_200
const maximumMarkdownCharacters = 12_000

/** The blocks of a message, with the limits that go across blocks. */
export const messageBlocksSchema = nested(
	z
		.array(messageBlockSchema)
		.max(50, 'msg_blocks_too_many')
		.superRefine((blocks, context) => {
			const refuse = (message: string) => context.addIssue({ code: 'custom', message })
			if (hasDoubles(identifiersIn(blocks, 'block_id'))) refuse('block_id must be unique')
			if (blocks.some((each) => hasDoubles(identifiersIn(each, 'action_id')))) refuse('action_id must be unique')
			if (markdownCharactersOf(blocks) > maximumMarkdownCharacters) refuse('markdown is limited to 12000 characters')
			if (blocks.filter(({ type }) => type === 'table').length > 1) refuse('only_one_table_allowed')
			if (JSON.stringify(blocks).length > maximumBlockCharacters) refuse('msg_blocks_too_long')
		}),
)

/** Every identifier of a kind, at any depth. */
export function identifiersIn(value: unknown, key: 'block_id' | 'action_id'): readonly string[] {
	if (Array.isArray(value)) return value.flatMap((each) => identifiersIn(each, key))
	if (typeof value !== 'object' || value === null) return []
	return Object.entries(value).flatMap(([name, each]) =>
		name === key && typeof each === 'string' ? [each] : identifiersIn(each, key),
	)
}

export function hasDoubles(identifiers: readonly string[]): boolean {
	return new Set(identifiers).size < identifiers.length
}

function markdownCharactersOf(blocks: readonly SlackBlock[]): number {
	return blocks.reduce((sum, each) => sum + (each.type === 'markdown' ? each.text.length : 0), 0)
}

const plainValue = z.union([z.string(), z.number(), z.boolean()])
const plainObject = z.record(z.string(), plainValue)

/** Metadata is flat: one level of objects and lists of objects. */
export const metadataSchema = nested(
	z
		.strictObject({
			event_type: z.string().min(1).max(255),
			event_payload: z.record(
				z.string(),
				z.union([plainValue, plainObject, z.array(plainObject), z.array(plainValue)]),
			),
		})
		.refine((metadata) => JSON.stringify(metadata).length <= 16_000, { error: 'metadata_too_large' }),
)
export type SlackMetadata = z.infer<typeof metadataSchema>
