import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import type { DiscordMessage } from '../support/discord/messages.ts'
import { readableMessage } from '../support/discord-app.ts'
import { answersIn, only } from '../support/discord-journeys.ts'
import { type DiscordService, startDiscordService } from '../support/discord-service.ts'
import { firstMissing, hostileEverywhere, stepFor, wideTable } from '../support/hostile-model.ts'
import { order, type RoleScript, roleOf } from '../support/reasoning.ts'
import { reply, startScriptedModelServer } from '../support/scripted-model-server.ts'

// A database is opened before the first of them.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const markup = [
	'<script>canary = 1</script>',
	'<img src=x onerror="canary = 1">',
	'<details open><summary>summary</summary>within</details>',
	'[click here](https://evil.example/masked) ![pixel](https://evil.example/pixel.png) <https://evil.example/plain>',
	'[https://good.example](https://evil.example/other) discord.gg/invited https://discord.com/invite/invited',
	'||spoiler|| `@everyone` ~~gone~~ __under__ -# small',
	'# Heading\n\n> quoted @here\n>> deeper\n\n1. one\n   - two\n     * three',
].join('\n\n')

const texts = {
	'HTML, masked links and invites': markup,
	'60,000 characters': Array.from({ length: 2_600 }, (_, line) => `Line ${line} of the answer.`).join('\n'),
	'60,000 characters of Markdown': '- **a** [b](https://example.org) `c` <b>d</b>\n'.repeat(1_300),
	'words of 2,000 characters': ['a', 'b', 'c', 'd', 'e'].map((letter) => letter.repeat(2_000)).join(' '),
	'2,000 characters of code without a space': `\`\`\`\n${'x'.repeat(2_000)}\n\`\`\`\n\nend`,
	'fences in each other':
		'`````md\n````js\n```\nlet inner = 1\n```\n````\n`````\n\n> ```py\n> quoted = 2\n> ```\n\n1. ```\n   listed = 3\n   ```\n\nend',
	'fences and marks that never end':
		'**bold _and `code\n\n> quote\n> ```js\n> let open = 1\n\n````\n```\n| a | b\n~~~ end',
	'a table of 200 columns': `${wideTable}\n\nend`,
	'characters that turn the reading direction':
		'Pay \u202E00.001$\u202C to \u2067evil\u2069 \u200F\u061Cnow \u0000\u0007\u001B[31mred end',
	'nothing to be seen': '\u200B\u2060 \u00AD\n\n\u3164',
}

describe('what a hostile model writes to Discord', () => {
	const opened = new AsyncDisposableStack()
	let script: RoleScript = {}
	let service: DiscordService
	beforeAll(async () => {
		const model = opened.use(await startScriptedModelServer((request) => stepFor(roleOf(request), script)))
		const parts = { modelUrl: model.baseUrl, databaseDump: inject('databaseDump') }
		service = opened.use(await startDiscordService(parts))
	})
	afterAll(() => opened.disposeAsync())

	/** Ada asks; resolves with the id of the thread and the messages that answer her. */
	const ask = async (command: '!quick' | '!think') => {
		const { discord } = service
		const { id } = discord.person('Ada').post(discord.general, `${discord.botMention} ${command} ${order.question}`)
		const { runId, messages, last } = only(await answersIn(discord, id, 1))
		expect(await service.runtime().store.find(runId)).toMatchObject({ state: 'answered' })
		return { runId, messages, last }
	}
	const seen = (messages: readonly DiscordMessage[]) =>
		[
			...messages.map(readableMessage),
			...messages.flatMap(({ attachments }) => attachments.map(({ content }) => content.toString('utf8'))),
		].join('\n')
	/** Discord has refused nothing, and nobody was pinged by anything that the bot has ever shown. */
	const expectHarmless = () => {
		const { discord } = service
		expect(discord.calls.filter(({ status }) => status !== null && status >= 400)).toEqual([])
		const channels = [discord.general, ...discord.threads(discord.general).map(({ id }) => id)]
		const own = channels
			.flatMap((id) => [...discord.messages(id), ...discord.person('Bob').ephemerals(id)])
			.filter(({ authorId }) => authorId === discord.botUserId)
		expect(own.flatMap(({ pinged }) => [...pinged])).toEqual([])
	}
	const pinging = () => {
		const { discord } = service
		const bob = discord.person('Bob')
		return `@everyone @here ${bob.mention} <@!${bob.id}> <@&${discord.guild}> <#${discord.general}> </ask:1> @Bob`
	}

	test.each(Object.entries(texts))('pings nobody, is refused by nothing and is whole: %s', async (_, text) => {
		const written = `${pinging()}\n\n${text}`
		script = { direct: reply(written) }
		const { messages } = await ask('!quick')
		expect(wordsMissing(written, seen(messages))).toEqual([])
		expectHarmless()
	})

	test('shows where a masked link leads', async () => {
		script = { direct: reply(markup) }
		const { messages } = await ask('!quick')
		for (const address of ['masked', 'pixel.png', 'plain', 'other']) {
			expect(seen(messages)).toContain(`https://evil.example/${address}`)
		}
		const sources = messages.map(({ components }) => JSON.stringify(components)).join()
		expect(sources).not.toMatch(/(?<!\\)\]\(/)
		expect(messages.every(({ embeds }) => embeds.length === 0)).toBe(true)
	})

	test.each(Object.entries(texts))('does the same in every stage: %s', async (_, text) => {
		const written = `${pinging()}\n\n${text.slice(0, 4_000)}`
		script = hostileEverywhere(written)
		const { runId, messages, last } = await ask('!think')
		expect(wordsMissing(written, seen(messages))).toEqual([])
		await openAllStages(last, runId)
		expectHarmless()
	})

	/** Bob opens the reasoning, and in it one stage after the other. */
	async function openAllStages(answer: DiscordMessage, runId: string): Promise<void> {
		const bob = service.discord.person('Bob')
		const pressed = await bob.press(answer, { customId: `show-reasoning:${runId}` })
		const shown = await vi.waitFor(() => {
			expect(pressed.original?.components).not.toHaveLength(0)
			return pressed.original as DiscordMessage
		}, 10_000)
		for (const stage of ['0', '1', '2', '3', '4']) {
			const before = shown.versions.length
			await bob.choose(shown, { customId: `open-stage:${runId}` }, [stage])
			await vi.waitFor(() => expect(shown.versions.length).toBeGreaterThan(before), 10_000)
		}
	}
})

/** The first word of each line that isn't there, behind those before it: the cells of a wide table stand under each other. */
function wordsMissing(text: string, seen: string): readonly string[] {
	const whole = seen.replaceAll(/\s/g, '')
	return text.split('\n').flatMap((line) => firstMissing(line, whole) ?? [])
}
