import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import type { LocalDiscord } from '../support/discord/local-discord.ts'
import type { DiscordMessage } from '../support/discord/messages.ts'
import type { DiscordPerson } from '../support/discord/people/person.ts'
import { readableMessage } from '../support/discord-app.ts'
import { answersIn, type DiscordReply, only, repliesAmong, repliesIn } from '../support/discord-journeys.ts'
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

type Command = 'quick' | 'think'
type Ask = (discord: LocalDiscord, asker: DiscordPerson, command: Command) => Promise<DiscordReply>

/** Everywhere that an answer is shown. */
const ways = {
	'a thread': async (discord, asker, command) => {
		const { id } = asker.post(discord.general, `${discord.botMention} !${command} ${order.question}`)
		return only(await answersIn(discord, id, 1))
	},
	'a direct message': async (discord, asker, command) => {
		asker.post(asker.directMessages, `!${command} ${order.question}`)
		return only(await answersIn(discord, asker.directMessages, 1))
	},
	'the answer to a command': async (discord, asker, command) => {
		const { original } = await asker.command(command, { question: order.question }, discord.general)
		return whole(() => repliesIn(discord, discord.general).filter(({ messages }) => messages[0] === original))
	},
	'the answer to a command for one person alone': async (discord, asker, command) => {
		const interaction = await asker.command(command, { question: order.question, private: true }, discord.general)
		return whole(() =>
			repliesAmong([...(interaction.original ? [interaction.original] : []), ...interaction.followUps]),
		)
	},
} satisfies Readonly<Record<string, Ask>>
type Way = keyof typeof ways
const others = ['a direct message', 'the answer to a command', 'the answer to a command for one person alone'] as const

/** The only reply there is, as soon as nothing more comes. */
function whole(replies: () => readonly DiscordReply[]): Promise<DiscordReply> {
	return vi.waitFor(() => {
		const found = only(replies())
		expect(found.rests).toBe(true)
		return found
	}, 30_000)
}

describe('what a hostile model writes to Discord', () => {
	const opened = new AsyncDisposableStack()
	let script: RoleScript = {}
	let people = 0
	let service: DiscordService
	beforeAll(async () => {
		const model = opened.use(await startScriptedModelServer((request) => stepFor(roleOf(request), script)))
		const parts = { modelUrl: model.baseUrl, databaseDump: inject('databaseDump') }
		service = opened.use(await startDiscordService(parts))
	})
	afterAll(() => opened.disposeAsync())

	/** Somebody who was never here before asks; resolves with what answers them, once it is whole. */
	const ask = async (way: Way, command: Command) => {
		const { discord } = service
		people += 1
		const asker = discord.person(`Eve ${people}`)
		const reply = await ways[way](discord, asker, command)
		expect(await service.runtime().store.find(reply.runId)).toMatchObject({ state: 'answered' })
		return { ...reply, asker }
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
		const everybody = ['Bob', ...Array.from({ length: people }, (_, index) => `Eve ${index + 1}`)].map((name) =>
			discord.person(name),
		)
		const own = [
			...channels.flatMap((id) => [discord.messages(id), ...everybody.map(({ ephemerals }) => ephemerals(id))]),
			...everybody.map(({ directMessages }) => discord.messages(directMessages)),
		]
			.flat()
			.filter(({ authorId }) => authorId === discord.botUserId)
		expect(own.flatMap(({ pinged }) => [...pinged])).toEqual([])
	}
	const pinging = () => {
		const { discord } = service
		const bob = discord.person('Bob')
		return `@everyone @here ${bob.mention} <@!${bob.id}> <@&${discord.guild}> <#${discord.general}> </ask:1> @Bob`
	}

	describe.each(Object.keys(ways) as Way[])('in %s', (way) => {
		test.each(Object.entries(texts))('pings nobody, is refused by nothing and is whole: %s', async (_, text) => {
			const written = `${pinging()}\n\n${text}`
			script = { direct: reply(written) }
			const { messages } = await ask(way, 'quick')
			expect(wordsMissing(written, seen(messages))).toEqual([])
			expectHarmless()
		})
	})

	test('shows where a masked link leads', async () => {
		script = { direct: reply(markup) }
		const { messages } = await ask('a thread', 'quick')
		for (const address of ['masked', 'pixel.png', 'plain', 'other']) {
			expect(seen(messages)).toContain(`https://evil.example/${address}`)
		}
		const sources = messages.map(({ components }) => JSON.stringify(components)).join()
		expect(sources).not.toMatch(/(?<!\\)\]\(/)
		expect(messages.every(({ embeds }) => embeds.length === 0)).toBe(true)
	})

	test.each<[Way, string, string]>([
		...Object.entries(texts).map(([title, text]): [Way, string, string] => ['a thread', title, text]),
		...others.map((way): [Way, string, string] => [way, 'HTML, masked links and invites', markup]),
	])('does the same in every stage, in %s: %s', async (way, _, text) => {
		const written = `${pinging()}\n\n${text.slice(0, 4_000)}`
		script = hostileEverywhere(written)
		const { runId, messages, last, asker } = await ask(way, 'think')
		expect(wordsMissing(written, seen(messages))).toEqual([])
		await openAllStages(asker, last, runId)
		expectHarmless()
	})

	/** Somebody opens the reasoning, and in it one stage after the other. */
	async function openAllStages(person: DiscordPerson, answer: DiscordMessage, runId: string): Promise<void> {
		const pressed = await person.press(answer, { customId: `show-reasoning:${runId}` })
		const shown = await vi.waitFor(() => {
			expect(pressed.original?.components).not.toHaveLength(0)
			return pressed.original as DiscordMessage
		}, 10_000)
		for (const stage of ['0', '1', '2', '3', '4']) {
			const before = shown.versions.length
			await person.choose(shown, { customId: `open-stage:${runId}` }, [stage])
			await vi.waitFor(() => expect(shown.versions.length).toBeGreaterThan(before), 10_000)
		}
	}
})

/** The first word of each line that isn't there, behind those before it: the cells of a wide table stand under each other. */
function wordsMissing(text: string, seen: string): readonly string[] {
	const whole = seen.replaceAll(/\s/g, '')
	return text.split('\n').flatMap((line) => firstMissing(line, whole) ?? [])
}
