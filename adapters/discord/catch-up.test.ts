import { describe, expect, test } from 'vitest'
import { ThreadwiseError } from '../../src/core/errors.ts'
import { createCatchUp } from './catch-up.ts'
import type { Channel } from './channels.ts'
import { idBefore, isNewer } from './snowflakes.ts'

const minuteMs = 60_000
const idOf = (minutesAgo: number) => idBefore(Date.now() - minutesAgo * minuteMs)
const general: Channel = { kind: 'channel', id: '10', guildId: '1' }
const nothingSeen = { guilds: new Map<string, string>(), direct: new Map<string, string>() }

/** Catches up with channels in which these messages stand. */
function prepare(standing: Readonly<Record<string, readonly string[]>>, refusals: unknown[] = []) {
	const taken: string[] = []
	const asked: string[] = []
	const troubles: unknown[] = []
	const catchUp = createCatchUp({
		client: {
			messages: async (channelId, { after = '0', limit }) => {
				asked.push(channelId)
				const refusal = refusals.shift()
				if (refusal !== undefined) throw refusal
				return (standing[channelId] ?? [])
					.filter((id) => isNewer(id, after))
					.slice(0, limit)
					.map((id) => ({ id, channel_id: channelId, author: { id: '5' } }))
			},
		},
		guilds: {
			spokenIn: () => [{ channelId: '10', lastMessageId: standing['10']?.at(-1) ?? '1' }],
			channel: () => general,
		},
		take: async (message) => {
			taken.push((message as { id: string }).id)
		},
		onTrouble: (error) => troubles.push(error),
		signal: new AbortController().signal,
	})
	return { catchUp, taken, asked, troubles }
}

describe('what was said while nobody listened', () => {
	test('is read if it is newer than what was seen, and than a quarter of an hour', async () => {
		const [old, seen, missed] = [idOf(20), idOf(5), idOf(4)]
		const { catchUp, taken } = prepare({ 10: [old, seen, missed] })
		await catchUp({ ...nothingSeen, guilds: new Map([['10', seen]]) })
		expect(taken).toEqual([missed])
	})

	test('in a channel that nobody has seen before is read for a quarter of an hour', async () => {
		const [old, recent] = [idOf(20), idOf(14)]
		const { catchUp, taken } = prepare({ 10: [old, recent] })
		await catchUp(nothingSeen)
		expect(taken).toEqual([recent])
	})

	test('costs nothing where nothing was said since', async () => {
		const seen = idOf(2)
		const { catchUp, asked } = prepare({ 10: [seen] })
		await catchUp({ ...nothingSeen, guilds: new Map([['10', seen]]) })
		expect(asked).toEqual([])
	})

	test('is read page by page, in its order', async () => {
		const ids = Array.from({ length: 250 }, (_, index) => String(BigInt(idOf(3)) + BigInt(index) + 1n))
		const { catchUp, taken, asked } = prepare({ 10: ids })
		await catchUp(nothingSeen)
		expect(taken).toEqual(ids)
		expect(asked).toHaveLength(3)
	})

	test('in direct messages is read where somebody has written before', async () => {
		const missed = idOf(1)
		const { catchUp, taken } = prepare({ 30: [missed] })
		await catchUp({ ...nothingSeen, direct: new Map([['30', idOf(60)]]) })
		expect(taken).toEqual([missed])
	})

	test('is asked for again when Discord takes the question later, and left alone where it may not be read', async () => {
		const missed = idOf(1)
		const later = new ThreadwiseError('platform-unavailable', 'Later.', { fix: '', retry: { afterMs: 5 } })
		const patient = prepare({ 10: [missed] }, [later])
		await patient.catchUp(nothingSeen)
		expect(patient.taken).toEqual([missed])
		const broken = prepare({ 10: [missed], 30: [missed] }, [new Error('broken')])
		await broken.catchUp({ ...nothingSeen, direct: new Map([['30', idOf(60)]]) })
		expect(broken.troubles).toHaveLength(1)
		expect(broken.taken).toEqual([missed])
	})
})
