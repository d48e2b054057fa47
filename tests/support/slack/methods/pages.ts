import { SlackRefusal } from '../refusal.ts'

export type Page = {
	readonly cursor?: string | undefined
	readonly limit?: number | undefined
	readonly oldest?: string | undefined
	readonly latest?: string | undefined
	readonly inclusive?: boolean | undefined
	readonly include_all_metadata?: boolean | undefined
}

const defaultLimit = 100

/** The part of a listing that was asked for. A cursor names the first message that is left. */
export function pageOf<Item extends { readonly ts: string }>(
	all: readonly Item[],
	{ cursor = '', limit = defaultLimit, oldest = '0', latest, inclusive = false }: Page,
): { readonly items: readonly Item[]; readonly nextCursor: string } {
	const inRange = all.filter(({ ts }) => {
		const isEdge = ts === oldest || ts === latest
		return isEdge ? inclusive : ts > oldest && (latest === undefined || ts < latest)
	})
	const start = cursor === '' ? 0 : inRange.findIndex(({ ts }) => cursorOf(ts) === cursor)
	if (start < 0) throw new SlackRefusal('invalid_cursor')
	const items = inRange.slice(start, start + limit)
	const next = inRange[start + limit]
	return { items, nextCursor: next === undefined ? '' : cursorOf(next.ts) }
}

function cursorOf(ts: string): string {
	return Buffer.from(`next_ts:${ts.replace('.', '')}`).toString('base64')
}
