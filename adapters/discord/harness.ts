import { setTimeout as sleep } from 'node:timers/promises'
import type { ChatPlatform, PlatformEvents } from '../../src/core/chat-platform.ts'
import type { ReplyView } from '../../src/core/reply-view.ts'
import type { DiscordMessage } from '../../tests/support/discord/messages.ts'
import { readableMessage, startDiscordApp } from '../../tests/support/discord-app.ts'
import type { SeenMessage, StartHarness } from '../../tests/support/platform-harness.ts'
import { platformName } from './receive.ts'
import { showRecord } from './show-record.ts'

export const hasPeople = true

/** A local Discord with a thread in a channel, and Ada, who writes to the bot directly. */
export const startHarness: StartHarness = async (events) => {
	const heard = listening(events)
	const app = await startDiscordApp({ events: heard.events })
	const { discord } = app
	const shown = remembering(app.platform)
	const ada = discord.person('Ada')
	const question = ada.post(discord.general, 'Good morning')
	const conversation = {
		platform: platformName,
		workspaceId: discord.guild,
		channelId: discord.general,
		threadId: question.id,
	}
	const own = () =>
		discord
			.threads(discord.general)
			.flatMap(({ id }) => discord.messages(id))
			.filter(isFrom(discord.botUserId))
	const reply = (): DiscordMessage => {
		const last = own().at(-1)
		if (last === undefined) throw new Error('nothing stands there')
		return last
	}
	let asked = question
	/** Whatever came before is heard by then: Discord tells of everything in its order, and the bot answers this by itself. */
	const untilHeard = async () => {
		const before = discord.messages(ada.directMessages).length
		ada.post(ada.directMessages, '!help')
		await until(() => (discord.messages(ada.directMessages).length >= before + 2 ? true : undefined))
		await until(() => (heard.isBusy() ? undefined : true))
	}
	const press = async (customId: string) => {
		await ada.press(reply(), { customId })
		await untilHeard()
	}
	return {
		platform: shown.platform,
		conversation,
		seen: async () => opened(own().flatMap(seenIn), shown.record()),
		person: {
			id: ada.id,
			ask: async (text) => {
				asked = ada.post(ada.directMessages, text)
				await untilHeard()
			},
			repeat: async () => {
				discord.gateway.repeatOnResume(eventsToRepeat)
				discord.gateway.drop()
				await untilHeard()
				await until(() => (heard.taken() > 0 ? true : undefined))
			},
			edit: async (text) => {
				ada.edit(asked, text)
				await untilHeard()
			},
			stop: (runId) => press(`stop:${runId}`),
			answerNow: (runId) => press(`answer-now:${runId}`),
			again: (runId, kind) => press(`${kind}:${runId}`),
			feedback: async (runId, { helpful, reason }) => {
				await press(`${helpful ? 'helpful' : 'not-helpful'}:${runId}`)
				if (helpful) return
				const form = await until(() => ada.modals().at(-1))
				await ada.submit(form, { reason: reason ?? '' })
				await untilHeard()
			},
		},
		joinLate: async (said, question) => {
			const bob = discord.person('Bob')
			const root = bob.post(discord.general, said)
			const threadId = bob.startThread(root, 'An order')
			ada.post(threadId, `<@${discord.botUserId}> ${question}`)
			await untilHeard()
			return { said: root.id, by: { id: bob.id, name: bob.name } }
		},
		loseNextAnswer: () => discord.loseNextAnswer('POST /channels/{channel_id}/messages'),
		[Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
	}
}

const longestSeen = 3_000
const eventsToRepeat = 20

/** A message, and each file of it as whoever opens it reads it: a part at a time. */
function seenIn(message: DiscordMessage): readonly SeenMessage[] {
	const files = message.attachments.map(({ content }) => content.toString())
	const parts = files.flatMap((text) => text.match(new RegExp(`.{1,${longestSeen}}(?:\n|$)`, 'gs')) ?? [])
	const pinged = [...message.pinged]
	return [{ text: readableMessage(message), pinged }, ...parts.map((text) => ({ text, pinged: [] }))]
}

/** What a message shows to whoever has pressed *Show reasoning*: itself and, beside it, the reasoning. */
function opened(messages: readonly SeenMessage[], record: string): readonly SeenMessage[] {
	const last = messages.at(-1)
	return last === undefined || record === '' || messages.length > 1
		? messages
		: [{ ...last, text: `${last.text}\n${record}` }]
}

function isFrom(authorId: string) {
	return (message: DiscordMessage) => message.authorId === authorId
}

/** The platform, and what *Show reasoning* opens of what it has shown last. */
function remembering(platform: ChatPlatform) {
	let last: { readonly runId: string; readonly view: ReplyView } | null = null
	return {
		platform: {
			...platform,
			post: (runId, conversation, view) => {
				last = { runId, view }
				return platform.post(runId, conversation, view)
			},
			update: (reply, view) => {
				last = { runId: reply.runId, view }
				return platform.update(reply, view)
			},
		} satisfies ChatPlatform,
		record: (): string => {
			if (last === null || last.view.status !== 'answered') return ''
			const { runId, view } = last
			const pages = view.stages.map((_, stage) => {
				const { body } = showRecord({ runId, view, place: { stage, page: 0 }, recordUrl: null })
				return readableMessage({ content: '', components: body.components as DiscordMessage['components'] })
			})
			return pages.join('\n')
		},
	}
}

/** Tells whether anything of what people have done is still being taken up. */
function listening(events: PlatformEvents) {
	let open = 0
	let taken = 0
	const during =
		<Given extends readonly unknown[], Result>(listener: (...given: Given) => Promise<Result>) =>
		async (...given: Given): Promise<Result> => {
			open += 1
			try {
				return await listener(...given)
			} finally {
				open -= 1
			}
		}
	return {
		isBusy: () => open > 0,
		/** How many messages were recorded. */
		taken: () => taken,
		events: {
			message: during(async (message: Parameters<PlatformEvents['message']>[0]) => {
				await events.message(message)
				taken += 1
			}),
			edit: during(events.edit),
			stop: during(events.stop),
			answerNow: during(events.answerNow),
			again: during(events.again),
			feedback: during(events.feedback),
			overhear: during(events.overhear),
			removed: during(events.removed),
		} satisfies PlatformEvents,
	}
}

async function until<Found>(find: () => Found | undefined): Promise<Found> {
	for (;;) {
		const found = find()
		if (found !== undefined) return found
		await sleep(5)
	}
}
