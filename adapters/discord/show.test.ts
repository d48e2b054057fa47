import { ButtonStyle, ComponentType, MessageFlags } from 'discord.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ReplyView } from '../../src/core/reply-view.ts'
import { aStageView, aView } from '../../tests/support/builders.ts'
import { hostileText, withoutCode } from '../../tests/support/discord-text.ts'
import { type Component, type Draft, longestMessage, markOf, privately } from './components.ts'
import { parseCustomId } from './custom-ids.ts'
import { showNotice, showReply } from './show.ts'
import { recordGoneDraft, showRecord } from './show-record.ts'

const runId = '0193a7c2-6f1e-7c3a-9b1d-2f4e5a6b7c8d'
const done = aStageView({ status: 'done', summary: '3 of 3 steps done.', details: ['**s1:** Add → **104**'] })
const six = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => ({ ...done, id, title: `Stage ${id}` }))
const show = (view: Partial<ReplyView>, recordUrl: string | null = null) =>
	showReply({ runId, view: aView(view), recordUrl })

/** Every component of a message, those in others as well. */
function allOf(components: readonly Component[]): readonly Readonly<Record<string, unknown>>[] {
	return components.flatMap((component) => [
		{ ...component },
		...('components' in component ? component.components.map((inner) => ({ ...inner })) : []),
	])
}
const textsIn = ({ body }: Draft) =>
	body.components.flatMap((component) => (component.type === ComponentType.TextDisplay ? [component.content] : []))
const textOf = (drafts: readonly Draft[]) => drafts.flatMap(textsIn).join('\n')
const namesIn = ({ body }: Draft) =>
	allOf(body.components).flatMap(({ label, emoji }) => [
		...(typeof label === 'string' ? [label] : []),
		...emojisIn(emoji),
	])
const emojisIn = (emoji: unknown) =>
	typeof emoji === 'object' && emoji !== null && 'name' in emoji ? [emoji.name] : []
const verbsIn = ({ body }: Draft) =>
	allOf(body.components).flatMap(({ custom_id }) =>
		typeof custom_id === 'string' ? [parseCustomId(custom_id)?.verb] : [],
	)

describe('an answer', () => {
	test('stands first, a small line for each stage under it, then what it took and what can be done', () => {
		const [message, ...more] = show({ status: 'answered', answer: 'It costs **$104**.', stages: six })
		expect(more).toEqual([])
		expect(message === undefined ? [] : textsIn(message)).toEqual([
			'It costs **$104**.',
			[
				...six.map(({ title }) => `-# ✔ ${title}: 3 of 3 steps done.`),
				`-# 6 of 6 stages · medium effort · 1.5 s · 0 calls · 0 tokens · run ${runId}`,
			].join('\n'),
		])
		expect(message && namesIn(message)).toEqual(['Show reasoning', 'Think harder', 'Regenerate', '👍', '👎'])
	})

	test('links to its full record where there is an address for it', () => {
		const [message] = show({ status: 'answered', answer: '4' }, 'https://threadwise.example/runs/1')
		expect(message && allOf(message.body.components)).toContainEqual(
			expect.objectContaining({ style: ButtonStyle.Link, url: 'https://threadwise.example/runs/1' }),
		)
		const [other] = show({ status: 'answered', answer: '4' }, `https://threadwise.example/${'x'.repeat(600)}`)
		expect(JSON.stringify(other)).not.toContain('https://')
	})

	test('that was given directly has no reasoning to show', () => {
		const [message] = show({ status: 'answered', answer: '4', route: 'direct', stages: [] })
		expect(message && verbsIn(message)).toEqual(['think-harder', 'regenerate', 'helpful', 'not-helpful'])
		expect(message && textOf([message])).toContain('answered directly')
	})

	test('says who gives it', () => {
		expect(textOf(show({ status: 'answered', answer: '4', disclosure: 'Practice model.' }))).toContain(
			'-# Practice model.',
		)
	})

	test('that is too long for one message goes on in further ones, with the buttons under the last', () => {
		const paragraphs = Array.from({ length: 120 }, (_, index) => `Paragraph ${index} has a few words to say.`)
		const drafts = show({ status: 'answered', answer: paragraphs.join('\n\n'), stages: six })
		expect(drafts.length).toBeGreaterThan(1)
		expect(drafts.map((each) => verbsIn(each).length)).toEqual([...drafts.slice(1).map(() => 0), 5])
		const text = textOf(drafts)
		expect(paragraphs.filter((paragraph) => !text.includes(paragraph))).toEqual([])
	})

	test('with what was asked above it fits as well, and loses nothing', () => {
		const asked = `-# ${'q'.repeat(297)}`
		for (let words = 500; words < 900; words += 25) {
			const view = aView({ status: 'answered', answer: 'word '.repeat(words), stages: six })
			const drafts = showReply({ runId, view, recordUrl: null, asked }).map(textsIn)
			expect(drafts[0]?.[0]).toBe(asked)
			for (const texts of drafts) expect(texts.join('').length).toBeLessThanOrEqual(longestMessage)
			expect(
				drafts
					.flat()
					.join(' ')
					.match(/\bword\b/g),
			).toHaveLength(words)
		}
	})

	test('has a fence closed and opened again between messages, with its language', () => {
		const code = Array.from({ length: 300 }, (_, line) => `const line${line} = ${line}`).join('\n')
		const drafts = show({ status: 'answered', answer: `\`\`\`ts\n${code}\n\`\`\``, stages: [] })
		expect(drafts.length).toBeGreaterThan(1)
		for (const each of drafts) expect(textsIn(each)[0]).toMatch(/^```ts\n[^`]*\n```$/)
	})

	test('of very many messages begins in one, and stands whole in a file', () => {
		for (const answer of [`${'A sentence of words. '.repeat(1_200)}The end.`, 'w'.repeat(60_000)]) {
			const [message, ...more] = show({ status: 'answered', answer, stages: six })
			expect(more).toEqual([])
			expect(message?.files).toEqual([{ name: 'answer.md', data: answer, contentType: 'text/markdown' }])
			expect(message?.body.attachments).toEqual([{ id: '0', filename: 'answer.md' }])
			expect(message?.body.components).toContainEqual({
				type: ComponentType.File,
				file: { url: 'attachment://answer.md' },
			})
			expect(message && textOf([message])).toMatch(
				/^(?:A sentence of words\.|www)[\s\S]*The whole answer is in the file/,
			)
			expect(message && verbsIn(message)).toHaveLength(5)
		}
	})
})

describe('an end without an answer', () => {
	test('says what went wrong and what to do', () => {
		const error = { code: 'model-timeout', message: 'The model took too long.', fix: 'Run `threadwise doctor`.' }
		const drafts = show({ status: 'failed', error, stages: [] })
		expect(textOf(drafts)).toContain(
			'Could not answer: The model took too long.\n\nWhat to do: Run `threadwise doctor`.',
		)
		expect(drafts.flatMap(verbsIn)).toEqual(['think-harder', 'regenerate'])
	})

	test('that came before it began is offered no second try', () => {
		const error = { code: 'budget', message: 'Your budget is used up.', fix: 'Wait until tomorrow.' }
		expect(show({ status: 'failed', error, stages: [] }).flatMap(verbsIn)).toEqual([])
	})

	test('has the best so far, and says what was left out', () => {
		const text = textOf(
			show({ status: 'stopped', stopReason: 'user', answer: '**104**', skipped: ['Self-evaluation'] }),
		)
		expect(text).toMatch(/^Stopped as you asked\.\nLeft out: Self-evaluation\.\nThe best so far:\n\n\*\*104\*\*/)
		expect(textOf(show({ status: 'stopped', stopReason: 'user' }))).toMatch(
			/^Stopped as you asked\.\n\nThere is no result yet\./,
		)
	})

	test('is a question back that can be left', () => {
		const drafts = show({ status: 'waiting', answer: 'Which **year**?' })
		expect(textOf(drafts)).toBe('Which **year**?\n-# Waiting for your answer')
		expect(drafts.flatMap(verbsIn)).toEqual(['reply', 'stop', 'answer-now'])
	})
})

describe('work in progress', () => {
	test('is a short line for each stage, and can be stopped', () => {
		const running = aStageView({ id: 'b', subtasks: [{ id: 's2', text: 'Add both', status: 'running' }] })
		const pending = aStageView({ id: 'c', status: 'pending', title: 'Self-evaluation' })
		const [message] = show({ stages: [done, running, pending] })
		expect(message && textsIn(message)).toEqual([
			[
				'-# 3 stages, medium effort. Two prices to add.',
				'✔ Systematic execution  3 of 3 steps done.',
				'**◐ Systematic execution**  s2 Add both',
				'○ Self-evaluation',
			].join('\n'),
		])
		expect(message && verbsIn(message)).toEqual(['stop', 'answer-now'])
	})

	test('shows the answer as it is written, as far as it fits', () => {
		const [message] = show({ answer: `${'word '.repeat(2_000)}` })
		expect(message && textsIn(message)[1]).toMatch(/^word [\s\S]*…$/)
	})

	test('is one line where quiet is wanted, or where it waits for a worker', () => {
		expect(show({ quiet: true, answer: 'It' }).map(textsIn)).toEqual([['-# Systematic execution (1 of 1)']])
		const queued = show({ status: 'queued', placeInQueue: 3 })
		expect(queued.map(textsIn)).toEqual([['-# Waiting: 2 questions ahead of it']])
		expect(queued.flatMap(verbsIn)).toEqual(['stop'])
	})

	test('is not asked for the answer twice', () => {
		expect(show({ answerNow: true }).flatMap(verbsIn)).toEqual(['stop'])
	})

	test('of very many stages shows those around the one that runs', () => {
		const stages = Array.from({ length: 40 }, (_, index) =>
			aStageView({ id: `n${index}`, title: `Stage ${index}`, status: index === 20 ? 'running' : 'pending' }),
		)
		const text = textOf(show({ stages }))
		expect(text).toContain('**◐ Stage 20**')
		expect(text.split('\n')).toHaveLength(18)
	})
})

test('every message carries a mark of its run and its place, which no other has', () => {
	const drafts = show({ status: 'answered', answer: 'word '.repeat(1_500) })
	const marks = drafts.map(({ body }) => body.components[0]?.id)
	expect(marks).toEqual(marks.map((_, part) => markOf(runId, part)))
	expect(marks.length).toBeGreaterThan(1)
	expect(new Set([...marks, markOf('another run', 0)]).size).toBe(marks.length + 1)
})

test('a notice is one message that can be for one person alone', () => {
	const notice = privately(showNotice('Nothing runs: write `!stop`.'))
	expect(textsIn(notice)).toEqual(['Nothing runs: write `!stop`.'])
	expect(notice.body.flags & MessageFlags.Ephemeral).not.toBe(0)
	expect(textsIn(recordGoneDraft)[0]).toContain('not there any more')
})

const views = fc
	.tuple(
		hostileText,
		hostileText,
		fc.constantFrom('queued', 'working', 'waiting', 'answered', 'stopped', 'failed'),
		fc.integer({ min: 0, max: 40 }),
		fc.boolean(),
	)
	.map(([answer, other, status, count, quiet]) => {
		const stages = Array.from({ length: count }, (_, index) =>
			aStageView({
				id: other.slice(0, 200),
				title: other,
				status: index % 3 === 0 ? 'running' : 'done',
				summary: other,
				details: [other, answer],
				subtasks: [{ id: other, text: other, status: 'failed-check' }],
				notices: [other],
			}),
		)
		return aView({
			answer,
			status,
			quiet,
			stages,
			routing: { level: 'hard', reason: other, source: 'signals', estimate: null },
			disclosure: other || null,
			stopReason: status === 'stopped' ? 'user' : null,
			skipped: status === 'stopped' ? [other] : [],
			error: status === 'failed' ? { code: 'internal', message: answer, fix: other } : null,
		})
	})

describe('whatever a model writes', () => {
	test('a reply mentions nobody and fits into what Discord takes', () => {
		fc.assert(
			fc.property(views, (view) => {
				const drafts = showReply({ runId, view, recordUrl: 'https://threadwise.example/runs/1' })
				expect(drafts.length).toBeLessThanOrEqual(5)
				drafts.forEach(expectAllowed)
			}),
			{ numRuns: 150 },
		)
	})

	test('a record mentions nobody and fits, whatever page of it', () => {
		fc.assert(
			fc.property(views, fc.nat(50), fc.nat(1_000_000), (view, stage, page) => {
				expectAllowed(showRecord({ runId, view, place: { stage, page }, recordUrl: null }))
			}),
			{ numRuns: 50 },
		)
	})

	test('no letter of an answer is lost, and none changes its place', () => {
		const letters = (text: string) => text.replaceAll(/[^\p{L}\p{N}]/gu, '')
		fc.assert(
			fc.property(fc.array(fc.lorem({ maxCount: 30 }), { minLength: 1, maxLength: 400 }), (paragraphs) => {
				const answer = paragraphs.join('\n\n')
				const drafts = show({ status: 'answered', answer, stages: six })
				const files = drafts.flatMap(({ files: [file] }) => (file === undefined ? [] : [String(file.data)]))
				const texts = drafts.map((each) => textsIn(each)[0] ?? '')
				expect(letters(files[0] ?? texts.join('\n'))).toBe(letters(answer))
			}),
			{ numRuns: 50 },
		)
	})
})

/** Discord's documented limits. */
function expectAllowed({ body, files }: Draft): void {
	expect(body.allowed_mentions).toEqual({ parse: [], replied_user: false })
	expect(body.flags & MessageFlags.IsComponentsV2).not.toBe(0)
	expect(body.attachments.map(({ filename }) => filename)).toEqual(files.map(({ name }) => name))
	const components = allOf(body.components)
	expect(components.length).toBeLessThanOrEqual(40)
	const texts = body.components.flatMap((each) => (each.type === ComponentType.TextDisplay ? [each.content] : []))
	expect(texts.reduce((sum, text) => sum + text.length, 0)).toBeLessThanOrEqual(4_000)
	for (const text of texts) {
		expect(text.trim()).not.toBe('')
		expect(withoutCode(text)).not.toMatch(/@(?:everyone|here)\b|<[@#]|discord\.gg/i)
	}
	for (const component of body.components) {
		if (component.type === ComponentType.ActionRow) expect(component.components.length).toBeLessThanOrEqual(5)
	}
	const ids = components.flatMap(({ custom_id }) => (custom_id === undefined ? [] : [String(custom_id)]))
	expect(new Set(ids).size).toBe(ids.length)
	for (const id of ids) {
		expect(id.length).toBeLessThanOrEqual(100)
		expect(parseCustomId(id)).toMatchObject({ runId })
	}
	for (const { label, options } of components) {
		if (typeof label === 'string') expect(label.length).toBeLessThanOrEqual(80)
		if (Array.isArray(options)) expectOptions(options)
	}
	expect(JSON.stringify(body)).toBe(JSON.stringify(body).toWellFormed())
}

function expectOptions(options: readonly Readonly<Record<string, unknown>>[]): void {
	expect(options.length).toBeGreaterThan(0)
	expect(options.length).toBeLessThanOrEqual(25)
	expect(options.filter((option) => option.default === true)).toHaveLength(1)
	for (const { label, description } of options) {
		expect(String(label).length).toBeLessThanOrEqual(100)
		expect(String(description ?? '').length).toBeLessThanOrEqual(100)
	}
}
