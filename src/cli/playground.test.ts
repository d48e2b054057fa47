import { expect, test } from 'vitest'
import { runUrls } from './playground.ts'

test('a run has an address for others where they reach the page, but not what was said to the bot alone', async () => {
	const playground = {
		isOn: true,
		host: '127.0.0.1',
		publicUrl: 'https://bot.example.com',
		people: [{ id: 'ada', name: 'ada', token: 'a-token-of-at-least-24-characters', isAdmin: true }],
		trustedProxies: [],
	}
	const place = { platform: 'somewhere', workspaceId: 'w', channelId: 'c', threadId: 't' }
	const urls = await runUrls({ playground })
	expect(urls('run-1', place)).toMatch(/^https:\/\/bot\.example\.com\/runs\/run-1\?key=/)
	expect(urls('run-1', { ...place, isDirect: true })).toBeNull()
	for (const missing of [{ isOn: false }, { publicUrl: null }, { people: [] }]) {
		const none = await runUrls({ playground: { ...playground, ...missing } })
		expect(none('run-1', place)).toBeNull()
	}
})
