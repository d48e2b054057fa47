import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ReplyView } from '../../src/core/reply-view.ts'
import { aStageView, aView } from '../../tests/support/builders.ts'
import { pingsOfBlocks } from '../../tests/support/slack/pings.ts'
import type { Block } from './blocks.ts'
import { showReply } from './show.ts'
import type { BlockSupport } from './show-plan.ts'
import { showRecord } from './show-record.ts'

const done = aStageView({ status: 'done', summary: '3 of 3 steps done.', details: ['**s1:** Add → **104**'] })
const show = (view: Partial<ReplyView>, support: BlockSupport = 'all') =>
	showReply({ runId: 'run-1', view: aView(view), support, attaches: false, recordUrl: null })
const typesOf = (blocks: readonly Block[] | undefined) => blocks?.map(({ type }) => type)
const json = (value: unknown) => JSON.stringify(value)
/** Everything that can be read, without what is put in to be obeyed by nobody. */
const readable = (value: unknown): string => {
	if (typeof value !== 'object' || value === null) return ''
	return Object.entries(value)
		.map(([name, part]) => (typeof part === 'string' ? (name === 'text' ? part : '') : readable(part)))
		.join('\n')
		.replaceAll('\u200B', '')
}

describe('an answer', () => {
	test('stands first, its stages folded under it, then what it took and what can be done', () => {
		const [message, ...more] = show({ status: 'answered', answer: 'It costs **$104**.', stages: [done] })
		expect(more).toEqual([])
		expect(typesOf(message?.blocks)).toEqual(['markdown', 'container', 'context', 'context_actions', 'actions'])
		expect(message?.blocks[0]).toEqual({ type: 'markdown', text: 'It costs **$104**.' })
		expect(message?.blocks[1]).toMatchObject({
			title: { text: 'Systematic execution' },
			is_collapsible: true,
			default_collapsed: true,
			child_blocks: [{ text: { text: '3 of 3 steps done.\n*s1:* Add → *104*' } }, { type: 'context' }],
		})
		for (const label of ['Think harder', 'Regenerate', 'Full record', 'Helpful']) expect(json(message)).toContain(label)
	})

	test('has no container where a workspace knows none, but shows its reasoning in a window', () => {
		const [message] = show({ status: 'answered', answer: '104', stages: [done] }, 'basic')
		expect(typesOf(message?.blocks)).toEqual(['markdown', 'context', 'actions', 'actions'])
		expect(json(message)).toContain('Show reasoning')
	})

	test('of many stages keeps within what a message takes, and says that there is more', () => {
		const long = aStageView({
			status: 'done',
			summary: 'Done.',
			details: Array(80).fill('A line of forty characters, more or less'),
		})
		const [message] = show({ status: 'answered', answer: '104', stages: Array(6).fill(long) })
		expect(json(message?.blocks).length).toBeLessThanOrEqual(12_000)
		expect(message?.blocks.filter(({ type }) => type === 'container')).toHaveLength(6)
		expect(json(message)).toContain('More stands in the full record.')
	})

	test('is read aloud as what it says, without its marks, each of its messages by itself', () => {
		expect(
			show({ status: 'answered', answer: '# So\n\n- it **is** $x^2$\n- see [here](https://x.example)' })[0]?.text,
		).toBe('So it is x² see here')
		const paragraphs = [1, 2, 3].map((number) => `**Part ${number}** ${'goes on and '.repeat(830)}ends.`)
		const texts = show({ status: 'answered', answer: paragraphs.join('\n\n'), stages: [done] }).map(({ text }) => text)
		expect(texts.map((text) => text.slice(0, 40))).toEqual([
			expect.stringMatching(/^Part 1 goes on and /),
			expect.stringMatching(/^Answer, part 2 of 3: Part 2 goes on/),
			expect.stringMatching(/^Answer, part 3 of 3: Part 3 goes on/),
			expect.stringMatching(/ · /),
		])
	})

	test('that was refused is offered no second try', () => {
		const error = { code: 'budget', message: 'Your budget is used up.', fix: 'Wait until tomorrow.' }
		const [message] = show({ status: 'failed', error, stages: [] })
		expect(json(message)).not.toContain('Regenerate')
		for (const text of ['Your budget is used up.', 'Wait until tomorrow.']) expect(json(message)).toContain(text)
	})
})

describe('work in progress', () => {
	test('is a plan with a line for each stage, and can be stopped', () => {
		const stages = [aStageView({ id: 'a', status: 'done', summary: 'Understood.' }), aStageView({ id: 'b' })]
		const [message] = show({ stages })
		expect(message?.blocks.find(({ type }) => type === 'plan')).toMatchObject({
			tasks: [{ status: 'complete' }, { status: 'in_progress' }],
		})
		for (const label of ['Stop', 'Answer now']) expect(json(message)).toContain(label)
	})

	test('is one line where quiet is wanted, or where it waits for a worker', () => {
		for (const view of [
			{ quiet: true, answer: 'It' },
			{ status: 'queued', placeInQueue: 3 },
		] as const) {
			expect(typesOf(show(view)[0]?.blocks)).toEqual(['context', 'actions'])
		}
		expect(json(show({ status: 'queued', placeInQueue: 3 }))).toContain('2 questions ahead')
	})

	test('is not asked for the answer twice', () => {
		expect(json(show({ answerNow: true }))).not.toContain('Answer now')
	})
})

test('the full record has a page for each stage, and loses nothing of a long one', () => {
	const lines = Array.from({ length: 900 }, (_, index) => `Line ${index} of a stage that has found out a great deal.`)
	const view = aView({ stages: [done, aStageView({ id: 'b', status: 'done', details: lines })] })
	const pages = Array.from({ length: 4 }, (_, page) =>
		showRecord({ runId: 'run-1', view, page, recordUrl: null, channelId: 'C1' }),
	)
	expect(json(pages[0])).toContain('3 of 3 steps done.')
	expect(json(pages[0])).toContain('Next')
	const text = pages.map(readable).join('\n')
	expect(lines.filter((line) => !text.includes(line))).toEqual([])
	for (const page of pages) expect(page.blocks.length).toBeLessThan(100)
})

const nasty = fc.oneof(
	{ weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
	fc.constantFrom(
		...['<!channel>', '<!here>', '<@U123ABC>', '<#C123>', '@everyone', '```', '~~~', '\n', '\n\n', '<script>', '&amp;'],
		...['![x](https://evil.example/?q=1)', '\u202E', '\u2067', '| a | b |\n| - | - |', '> ', '**', '[', '](', '\uD800'],
		`|${' cell |'.repeat(200)}\n|${' - |'.repeat(200)}\n|${' 1 |'.repeat(200)}`,
	),
	fc.integer({ min: 1, max: 3_000 }).map((times) => '&'.repeat(times)),
)
const hostileText = fc
	.tuple(fc.array(nasty, { maxLength: 40 }), fc.integer({ min: 1, max: 10 }))
	.map(([parts, times]) => parts.join('').repeat(times).slice(0, 60_000))
const viewsWith = (support: 'all' | 'basic') =>
	fc
		.tuple(hostileText, hostileText, fc.constantFrom('working', 'waiting', 'answered', 'stopped'), fc.boolean())
		.map(([answer, other, status, attaches]) => {
			const stage = aStageView({ status: 'done', summary: other, details: [other, answer], notices: [other] })
			const running = aStageView({ id: 'b', subtasks: [{ id: 's', text: other, status: 'running' }], notices: [other] })
			const view = aView({
				answer,
				status,
				stages: [stage, running],
				disclosure: other || null,
				stopReason: status === 'stopped' ? 'user' : null,
			})
			return { runId: 'run-1', view, support, attaches, recordUrl: null } as const
		})

describe('whatever a model writes', () => {
	test.each(['all', 'basic'] as const)(
		'with %s blocks: it mentions nobody and fits into what Slack takes',
		(support) => {
			fc.assert(
				fc.property(viewsWith(support), (shown) => {
					for (const { text, blocks } of showReply(shown)) {
						expect(text.length).toBeLessThanOrEqual(4_000)
						expect(text).not.toBe('')
						expect(json(blocks).length).toBeLessThanOrEqual(13_000)
						expect(blocks.length).toBeLessThanOrEqual(50)
						expect(pingsOfBlocks(blocks)).toEqual([])
						expect(json(blocks)).not.toMatch(/<[@#!]\w[^<>]*>/)
						expect(text).not.toMatch(/(?<!\w)@(?:channel|here|everyone)\b/)
						checkTexts(blocks)
					}
				}),
				{ numRuns: 75 },
			)
		},
	)

	test('no character of an answer is lost, and none changes its place', () => {
		const plain = (text: string) => text.replaceAll(/[^\p{L}\p{N}]/gu, '')
		fc.assert(
			fc.property(fc.array(fc.lorem({ maxCount: 30 }), { maxLength: 200 }), (paragraphs) => {
				const answer = paragraphs.join('\n\n')
				const shown = show({ status: 'answered', answer, stages: [done] })
				const blocks = shown.flatMap((message) => message.blocks)
				const text = blocks.map((block) => (block.type === 'markdown' ? block.text : '')).join('\n')
				expect(plain(text)).toBe(plain(answer))
			}),
			{ numRuns: 50 },
		)
	})
})

function checkTexts(value: unknown): void {
	if (typeof value !== 'object' || value === null) return
	if ('type' in value && 'text' in value && typeof value.text === 'string') {
		expect(value.text).not.toBe('')
		if (value.type === 'mrkdwn') expect(value.text.length).toBeLessThanOrEqual(3_000)
		if (value.type === 'plain_text') expect(value.text.length).toBeLessThanOrEqual(150)
	}
	for (const part of Object.values(value)) checkTexts(part)
}
