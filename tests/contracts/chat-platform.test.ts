import { existsSync, readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { adapters } from '../../adapters/index.ts'
import type { Actor, EditResult } from '../../src/core/actor.ts'
import type { PlatformEvents, Reply } from '../../src/core/chat-platform.ts'
import { textOf } from '../../src/core/content.ts'
import {
	type Conversation,
	type IncomingMessage,
	incomingMessageSchema,
	type SaidMessage,
} from '../../src/core/conversation.ts'
import { ThreadwiseError } from '../../src/core/errors.ts'
import type { ReplyView } from '../../src/core/reply-view.ts'
import { emptyReplyView } from '../../src/rendering/index.ts'
import { aStageView, aView } from '../support/builders.ts'
import * as loopbackHarness from '../support/loopback-chat/harness.ts'
import type { HarnessModule, PlatformHarness, PlatformPerson } from '../support/platform-harness.ts'

const adaptersFolder = new URL('../../adapters/', import.meta.url)

/** Adapters are found by the registry, so none can forget the contract. */
function harnessOf(name: string): Promise<HarnessModule> {
	return import(new URL(`${name}/harness.ts`, adaptersFolder).href)
}

const done = aStageView({ status: 'done', summary: '3 of 3 steps done.', details: ['**s1:** Add → **104**'] })

/** A run from its first sign of life to its answer. */
const life: readonly ReplyView[] = [
	emptyReplyView,
	aView({ stages: [], routing: null, route: null, lastSeq: 1 }),
	aView({ stages: [aStageView({ status: 'pending' })], lastSeq: 2 }),
	aView({ stages: [aStageView()], lastSeq: 3 }),
	aView({ stages: [done], answer: 'The order costs', lastSeq: 4 }),
	aView({ stages: [done], answer: 'The order costs $104.', confidence: 'high', status: 'answered', lastSeq: 5 }),
]

function occurrences(text: string, part: string): number {
	return text.split(part).length - 1
}

/** For how long a platform wants nothing, if that is what an error says. */
function pauseWanted(error: unknown): number {
	const retry = error instanceof ThreadwiseError ? error.retry : 'never'
	if (retry === 'never' || retry.afterMs === null) throw error
	return retry.afterMs
}

function chatPlatformContract(name: string, { startHarness, hasPeople, findsNothing }: HarnessModule, way = ''): void {
	describe(`the chat platform: ${name}${way}`, () => {
		let harness: PlatformHarness
		let received: IncomingMessage[]
		let edited: IncomingMessage[]
		let overheard: { readonly conversation: Conversation; readonly said: SaidMessage }[]
		/** What was done, by which name, with which run, by whom, and what else was said. */
		let acted: (readonly [string, string, Actor, unknown?])[]
		let refusals: number
		let editResult: EditResult

		beforeEach(async () => {
			received = []
			edited = []
			overheard = []
			acted = []
			refusals = 0
			editResult = { outcome: 'begun', runId: 'run-2' }
			const events: PlatformEvents = {
				message: async (message) => {
					if (refusals > 0) {
						refusals -= 1
						throw new Error('the database is down')
					}
					received.push(message)
				},
				overhear: async (conversation, said) => void overheard.push({ conversation, said }),
				edit: async (message) => {
					edited.push(message)
					return editResult
				},
				stop: async (runId, actor) => did('stop', runId, actor),
				answerNow: async (runId, actor) => did('answerNow', runId, actor),
				again: async (runId, kind, actor) => {
					did('again', runId, actor, kind)
					return { outcome: 'begun', runId: 'run-2' }
				},
				feedback: async (runId, actor, { helpful, reason = null }) =>
					did('feedback', runId, actor, { helpful, reason }),
				removed: async () => {},
			}
			const did = (...what: (typeof acted)[number]) => {
				acted.push(what)
				return { outcome: 'done' } as const
			}
			harness = await startHarness(events)
		})
		afterEach(() => harness[Symbol.asyncDispose]())

		/** Shows views one after the other, as delivery does. */
		const show = async (views: readonly ReplyView[]): Promise<Reply> => {
			const [first = emptyReplyView, ...more] = views
			let reply = await harness.platform.post('run-1', harness.conversation, first)
			for (const view of more) reply = await update(reply, view)
			return reply
		}
		/** A platform that is fast enough for once may say that it takes no more for now: then delivery waits as well. */
		const update = async (reply: Reply, view: ReplyView): Promise<Reply> => {
			for (;;) {
				try {
					return await harness.platform.update(reply, view)
				} catch (error) {
					await sleep(pauseWanted(error))
				}
			}
		}
		const seenText = async () => (await harness.seen()).map(({ text }) => text).join('\n')

		test('is registered under its own name, with capabilities that make sense', () => {
			const { capabilities } = harness.platform
			expect(harness.platform.name).toBe(name)
			expect(['native', 'private-reply', 'html', 'none']).toContain(capabilities.collapse)
			expect(capabilities.maxLength).toBeGreaterThan(0)
			expect(capabilities.minEditMs).toBeGreaterThanOrEqual(0)
		})

		test('shows progress while it happens', async () => {
			await show(life.slice(0, 4))
			expect(await seenText()).toContain('Systematic execution')
		})

		test('shows the answer, once, however many views came before it', async () => {
			await show(life)
			const text = await seenText()
			expect(occurrences(text, 'The order costs $104.')).toBe(1)
			expect(occurrences(text, 'The order costs')).toBe(1)
		})

		test('lets the reasoning be read', async () => {
			await show(life)
			const text = await seenText()
			for (const part of ['Systematic execution', '3 of 3 steps done.', 'Add', '104']) expect(text).toContain(part)
		})

		test('an edit that is repeated shows nothing twice', async () => {
			const reply = await show(life)
			const last = life.at(-1) ?? emptyReplyView
			await update(await update(reply, last), last)
			expect(occurrences(await seenText(), 'The order costs $104.')).toBe(1)
		})

		const outcomes: Readonly<Record<string, readonly [Partial<ReplyView>, readonly string[]]>> = {
			'a stop, with the best answer and what was left out': [
				{ status: 'stopped', stopReason: 'user', answer: 'About 100.', skipped: ['Self-evaluation'] },
				['Stopped as you asked.', 'About 100.', 'Self-evaluation'],
			],
			'a stop without any result': [{ status: 'stopped', stopReason: 'deadline' }, ['time']],
			'a failure, with what to do': [
				{
					status: 'failed',
					error: { code: 'model-auth', message: 'The key was refused.', fix: 'Check OPENAI_API_KEY.' },
				},
				['The key was refused.', 'Check OPENAI_API_KEY.'],
			],
			'a question back': [{ status: 'waiting', answer: 'Which of the two orders?' }, ['Which of the two orders?']],
			'what the answer must say about who gives it': [
				{ status: 'answered', answer: '104', disclosure: 'Answered by the practice model.' },
				['104', 'Answered by the practice model.'],
			],
		}
		test.each(Object.entries(outcomes))('shows %s', async (_, [outcome, parts]) => {
			await show([...life.slice(0, 4), aView({ ...outcome, lastSeq: 9 })])
			const text = await seenText()
			for (const part of parts) expect(occurrences(text, part), part).toBe(1)
		})

		test('a run that goes on after a question back shows its answer as well', async () => {
			const reply = await show([...life.slice(0, 3), aView({ status: 'waiting', answer: 'Which one?', lastSeq: 3 })])
			const resumed = await harness.platform.update(reply, aView({ stages: [done], lastSeq: 4 }))
			await harness.platform.update(resumed, aView({ status: 'answered', answer: '104', lastSeq: 6 }))
			expect(await seenText()).toContain('104')
		})

		test('a long answer is shown whole and in order, no message longer than the platform allows', async () => {
			const lines = Array.from({ length: 600 }, (_, index) => `Line number ${index + 1} of a long answer.`)
			const answer = lines.map((line, index) => (index % 10 === 9 ? `${line}\n` : line)).join('\n')
			await show([...life.slice(0, 4), aView({ status: 'answered', answer, lastSeq: 9 })])
			const messages = await harness.seen()
			for (const { text } of messages) expect(text.length).toBeLessThanOrEqual(harness.platform.capabilities.maxLength)
			const text = messages.map((message) => message.text).join('\n')
			const positions = lines.map((line) => text.indexOf(line))
			expect(positions).not.toContain(-1)
			expect(positions).toEqual(positions.toSorted((left, right) => left - right))
		})

		test('text of a model pings nobody and controls nothing', async () => {
			const hostile =
				'Hello @everyone @here <!channel> <!here> <@U123> <@&456> \u{1B}[31m\u{1B}]0;title\u{7}\u{9B}2J red'
			const stage = aStageView({ status: 'done', summary: hostile, details: [hostile], notices: [hostile] })
			await show([...life.slice(0, 4), aView({ stages: [stage], status: 'answered', answer: hostile, lastSeq: 9 })])
			const messages = await harness.seen()
			expect(messages.flatMap(({ pinged }) => pinged)).toEqual([])
			for (const { text } of messages) expect(text.replaceAll(/[\n\t]/g, ' ')).not.toMatch(/\p{Cc}/u)
		})

		test('the handle of a reply can be kept elsewhere and used again', async () => {
			const reply: Reply = JSON.parse(JSON.stringify(await show(life.slice(0, 4))))
			expect(reply).toMatchObject({ runId: 'run-1', conversation: harness.conversation })
			await harness.platform.update(reply, life.at(-1) ?? emptyReplyView)
			expect(await seenText()).toContain('The order costs $104.')
		})

		test('reads nothing that was said before, where every conversation begins with a question', async () => {
			if (harness.platform.capabilities.joinsLate) return
			expect(await harness.platform.readEarlier({ id: 'message', conversation: harness.conversation })).toEqual([])
		})

		describe('what stands in the conversation', () => {
			const find = (runId: string) => harness.platform.find(runId, harness.conversation)

			test('of a run that was never shown, is nothing', async () => {
				await show(life.slice(0, 4))
				expect(await find('run-2')).toBeNull()
			})

			if (findsNothing !== undefined) {
				test(`can't be found: ${findsNothing}`, async () => {
					await show(life)
					expect(await find('run-1')).toBeNull()
				})
				return
			}

			test('is found again, after a post as after edits', async () => {
				expect(await find('run-1')).toBeNull()
				const reply = await show(life.slice(0, 1))
				expect(await find('run-1')).toEqual(reply)
				const edited = await harness.platform.update(reply, life.at(-1) ?? emptyReplyView)
				expect(await find('run-1')).toEqual(edited)
			})

			test('is found again in its order, where an answer takes several messages', async () => {
				const answer = Array.from({ length: 600 }, (_, index) => `Line number ${index + 1} of a long answer.`).join(
					'\n',
				)
				const reply = await show([...life.slice(0, 4), aView({ status: 'answered', answer, lastSeq: 9 })])
				expect(await find('run-1')).toEqual(reply)
			})

			test('is found although the answer to its post was lost, and goes on without a second message', async () => {
				if (harness.loseNextAnswer === undefined) throw new Error(`The harness of ${name} can't lose an answer.`)
				harness.loseNextAnswer()
				await expect(show(life.slice(0, 1))).rejects.toThrow()
				const found = await find('run-1')
				if (found === null) throw new Error('nothing was found')
				await harness.platform.update(found, life.at(-1) ?? emptyReplyView)
				expect(await harness.seen()).toHaveLength(1)
				expect(await seenText()).toContain('The order costs $104.')
			})
		})

		if (!hasPeople) return
		describe('a conversation that others have begun', () => {
			test('is read as it was before the question, by those who have spoken', async () => {
				if (!harness.platform.capabilities.joinsLate) return
				if (harness.joinLate === undefined) throw new Error(`The harness of ${name} can't have the bot come late.`)
				const { said, by } = await harness.joinLate('The order is 26 × 4 “notebooks” & <pens>.', 'How much is it?')
				const [question] = received.map((raw) => incomingMessageSchema.parse(raw))
				if (question === undefined) throw new Error('nothing was asked')
				expect(question.hasEarlier).toBe(true)
				const earlier = await harness.platform.readEarlier(question)
				expect(earlier).toMatchObject([{ id: said, author: { id: by.id, name: by.name } }])
				expect(earlier.map(({ content }) => textOf(content))).toEqual(['The order is 26 × 4 “notebooks” & <pens>.'])
				expect(overheard).toEqual([])
			})

			test('has nothing earlier where the question begins it', async () => {
				if (harness.person === null) throw new Error(`The harness of ${name} has people, but gives none.`)
				await harness.person.ask('How much is 6 × 7?')
				expect(received[0]?.hasEarlier ?? false).toBe(false)
			})
		})

		describe('a person', () => {
			const aPerson = (): PlatformPerson => {
				if (harness.person === null) throw new Error(`The harness of ${name} has people, but gives none.`)
				return harness.person
			}

			test('asks, and the whole message arrives', async () => {
				const person = aPerson()
				await person.ask('How much is 6 × 7? — “quotes” & <tags>')
				expect(received).toHaveLength(1)
				const [message] = received.map((raw) => incomingMessageSchema.parse(raw))
				expect(message?.author.id).toBe(person.id)
				expect(message?.conversation.platform).toBe(name)
				expect(textOf(message?.content ?? [])).toBe('How much is 6 × 7? — “quotes” & <tags>')
			})

			test('whose message is delivered twice has sent one message', async () => {
				const person = aPerson()
				await person.ask('How much is 6 × 7?')
				await person.repeat()
				expect(new Set(received.map(({ id }) => id)).size).toBe(1)
			})

			test('whose message could not be recorded has it delivered again', async () => {
				const person = aPerson()
				refusals = 1
				await person.ask('How much is 6 × 7?').catch(() => {})
				await person.repeat()
				expect(received).toHaveLength(1)
			})

			/** The person as whoever does something on this platform. */
			const actor = () =>
				expect.objectContaining({
					personId: aPerson().id,
					platform: name,
					workspaceId: harness.conversation.workspaceId,
					isAdmin: expect.any(Boolean),
				})

			test('edits what they have asked, and the new text arrives as that of the same message', async () => {
				const person = aPerson()
				await person.ask('How much is 6 × 7?')
				await person.edit('How much is 6 × 8? — “quotes” & <tags>')
				expect(received).toHaveLength(1)
				expect(edited).toHaveLength(1)
				const [message] = edited.map((raw) => incomingMessageSchema.parse(raw))
				expect(message).toMatchObject({
					id: received[0]?.id,
					author: { id: person.id },
					conversation: received[0]?.conversation,
					sentAt: received[0]?.sentAt,
				})
				expect(textOf(message?.content ?? [])).toBe('How much is 6 × 8? — “quotes” & <tags>')
			})

			test('whose edit is refused has it delivered once: the same again would be refused again', async () => {
				const person = aPerson()
				await person.ask('How much is 6 × 7?')
				editResult = { outcome: 'refused', code: 'busy', message: 'No.', fix: 'Later.', retryAfterMs: null }
				// A platform that answers at once tells them so; any other takes the edit.
				await person.edit('How much is 6 × 8?').catch(() => {})
				expect(edited).toHaveLength(1)
				expect(received).toHaveLength(1)
			})

			test('stops a run', async () => {
				await show(life.slice(0, 4))
				await aPerson().stop('run-1')
				expect(acted).toEqual([['stop', 'run-1', actor()]])
			})

			test('wants the answer now', async () => {
				await show(life.slice(0, 4))
				await aPerson().answerNow('run-1')
				expect(acted).toEqual([['answerNow', 'run-1', actor()]])
			})

			test.each(['think-harder', 'regenerate'] as const)('wants the same question answered again: %s', async (kind) => {
				await show(life)
				await aPerson().again('run-1', kind)
				expect(acted).toEqual([['again', 'run-1', actor(), kind]])
			})

			test.each([
				{ helpful: true, reason: null },
				{ helpful: false, reason: 'It has “eight” legs, & not <six>.' },
			])('says what they think of an answer: %j', async (feedback) => {
				await show(life)
				await aPerson().feedback('run-1', feedback)
				// The last word of a person counts: some platforms tell of a thumb before they have asked for the reason.
				expect(acted.at(-1)).toEqual(['feedback', 'run-1', actor(), feedback])
			})
		})
	})
}

for (const name of Object.keys(adapters)) {
	const harness = await harnessOf(name)
	chatPlatformContract(name, harness)
	for (const [way, startHarness] of Object.entries(harness.otherWays ?? {})) {
		chatPlatformContract(name, { ...harness, startHarness }, ` over ${way}`)
	}
}
chatPlatformContract('loopback', loopbackHarness)

test('every folder of an adapter is registered and has a harness', () => {
	const entries = readdirSync(adaptersFolder, { withFileTypes: true })
	const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
	expect(folders.toSorted()).toEqual(Object.keys(adapters).toSorted())
	for (const folder of folders) expect(existsSync(new URL(`${folder}/harness.ts`, adaptersFolder)), folder).toBe(true)
})
