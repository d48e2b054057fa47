import { z } from 'zod'
import type { Author } from '../core/conversation.ts'
import { sql } from './drizzle.ts'

/** What whoever has asked is read from; `p` are people. */
export const askerColumns = sql`p.platform_user_id as person_id, p.name, p.locale, p.time_zone`

/** Nothing but nulls where they were erased. */
export const askerRow = z.object({
	person_id: z.string().nullable(),
	name: z.string().nullable(),
	locale: z.string().nullable(),
	time_zone: z.string().nullable(),
})

export function asker({ person_id, name, locale, time_zone }: z.infer<typeof askerRow>): Author {
	return {
		id: person_id ?? 'erased',
		name: name ?? '',
		...(locale === null ? {} : { locale }),
		...(time_zone === null ? {} : { timeZone: time_zone }),
	}
}
