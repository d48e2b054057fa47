import { z } from 'zod'

/** One part of a message. Images and files are named by an address or a key of the blob store, never inlined in the journal. */
export const contentPartSchema = z.discriminatedUnion('kind', [
	z.object({ kind: z.literal('text'), text: z.string() }),
	z.object({ kind: z.literal('image'), url: z.string(), description: z.string().optional() }),
	z.object({ kind: z.literal('file'), url: z.string(), name: z.string(), mediaType: z.string() }),
])
export type ContentPart = z.infer<typeof contentPartSchema>

/** The text of all text parts, in order, separated by blank lines. */
export function textOf(parts: readonly ContentPart[]): string {
	return parts.flatMap((part) => (part.kind === 'text' ? [part.text] : [])).join('\n\n')
}

/** One text part, the shape of almost every message. */
export function textContent(text: string): readonly ContentPart[] {
	return [{ kind: 'text', text }]
}
