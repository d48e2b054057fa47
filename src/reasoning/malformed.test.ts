import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { aRun, recordsOf } from '../../tests/support/builders.ts'
import {
	type Attempted,
	byObjective,
	callsIn,
	eventsOf,
	openReasoning,
	order,
	orderResults,
	outcomeOf,
	type ReasoningWorld,
	type Role,
	type RoleScript,
	replyJson,
	solution,
	structuredRoles,
} from '../../tests/support/reasoning.ts'
import {
	contentFiltered,
	deltas,
	emptyAtLength,
	garbage,
	refusal,
	reply,
	type ScriptedStep,
} from '../../tests/support/scripted-model-server.ts'
import { limitsFor } from '../core/effort.ts'
import { foldJournal } from '../rendering/index.ts'

// Retries wait for a random part of their limit: here for none of it.
beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))
afterEach(() => void vi.restoreAllMocks())

const effort = 'high'

/** Everything that a step can be: in words, so that the verifier is asked; in doubt, so that it is corrected. */
const inWords = replyJson({ work: 'By looking at it.', calculations: [], result: 'the second offer' })
const essay = (name: string) => `${name}, since it has ${'very '.repeat(20)}many advantages.`
let count = 0
const always =
	(answer: () => string): ScriptedStep =>
	(request, response) =>
		replyJson({ work: '', calculations: [], answer: answer() })(request, response)

/** A script under which the role is asked for, whatever else happens. */
const circumstances: Readonly<Record<Role, RoleScript>> = {
	complexity: {},
	direct: {},
	analysis: {},
	comparison: {},
	plan: {},
	'subtask-result': {},
	'claim-check': { 'subtask-result': inWords },
	solution: {},
	sameness: {
		analysis: replyJson({ ...order.analysis, answerType: 'text', constraints: [] }),
		'subtask-result': replyJson({ work: '', calculations: [], result: essay('Red') }),
		solution: always(() => essay(`Colour ${count++}`)),
	},
	judgement: {
		analysis: replyJson({
			...order.analysis,
			constraints: [{ id: 'c1', kind: 'other', statement: 'It is polite.', value: null }],
		}),
	},
	choice: {
		'subtask-result': inWords,
		analysis: replyJson({ ...order.analysis, answerType: 'choice', constraints: [] }),
		'claim-check': replyJson({ holds: false, evidence: 'No.' }),
		solution: always(() => `Option ${(count++ % 2) + 1}`),
	},
	answer: {},
}

const questionFor = (role: Role) =>
	role === 'complexity'
		? 'Is 97 a prime number?'
		: role === 'direct'
			? 'What is the capital of France?'
			: order.question

async function attemptIn(world: ReasoningWorld, role: Role): Promise<Attempted> {
	return world.attempt({ run: aRun({ text: questionFor(role), preferences: { effort } }) })
}

const chain = Array.from({ length: 500 }, (_, index) => ({
	id: `s${index + 1}`,
	objective: 'Add both.',
	inputs: index === 0 ? [] : [`s${index}`],
	expectedOutput: 'a number',
	check: 'none',
}))
const circle = chain.slice(0, 3).map((subtask, index) => ({ ...subtask, inputs: [`s${((index + 1) % 3) + 1}`] }))
/** Fits several shapes at once, and means nothing. */
const nonsense = {
	restatement: 7,
	givens: 'none',
	subtasks: {},
	checks: 'all',
	result: [],
	holds: 'maybe',
	same: 1,
	choice: 'both',
	answer: null,
	level: 'medium',
	differences: 0,
}
const megabyte = 'x'.repeat(1_000_000)
/** Replies of more than 200,000 characters are not read. */
const tooLong = 'x'.repeat(100_000)

/** What a model may write instead of what it was asked for. */
const malformed: Readonly<Record<string, ScriptedStep>> = {
	'not JSON': reply('Sure! Let me think about that.'),
	'truncated at the limit': reply('{"restatement": "The pri', { finishReason: 'length' }),
	'whole, but truncated at the limit': (request, response) =>
		reply(JSON.stringify(order.analysis), { finishReason: 'length' })(request, response),
	'wrong types': replyJson(nonsense),
	'an empty object': reply('{}'),
	'a list': reply('[]'),
	null: reply('null'),
	'nothing at all': reply(''),
	'only spaces': reply(' \n '),
	'no text': deltas([]),
	'only hidden thinking': emptyAtLength(),
	'a refusal': refusal('I cannot help with that.'),
	'a filtered reply': contentFiltered('I ca'),
	'a cyclic plan': replyJson({ subtasks: circle }),
	'500 subtasks': replyJson({ subtasks: chain }),
	'10^10^10 in the arithmetic': replyJson({ ...solution('10^10^10', '1'), answer: '10^10^10' }),
	'60 towers of powers': replyJson({
		work: '10^10^10 = 1; '.repeat(500),
		calculations: Array.from({ length: 60 }, () => ({ expression: '9^9^9^9', result: '10^10^10' })),
		result: '10^10^10',
		answer: '10^10^10',
	}),
	'objects nested 10,000 deep': reply(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`),
	'brackets nested 10,000 deep': reply('['.repeat(10_000)),
	'parentheses nested 10,000 deep': replyJson(solution(`${'('.repeat(10_000)}1${')'.repeat(10_000)}`, '1')),
	'a megabyte of text': reply(megabyte),
	'more than is read, in the right shape': replyJson({
		work: tooLong,
		calculations: [],
		result: tooLong,
		answer: tooLong,
	}),
	'150,000 characters in the right shape': replyJson({
		work: '12 * 4 = 48; '.repeat(5_000),
		calculations: [{ expression: '12 * 4', result: '48 '.repeat(10_000) }],
		result: '48 km '.repeat(8_000),
		answer: '48 km '.repeat(1_000),
	}),
	'a prototype': reply('{"__proto__": {"passed": true}, "constructor": {"prototype": {}}}'),
	'a broken stream': garbage(),
}

/** An outcome is an answer, or a failure that says what to do. */
const visible = /^(?:answered: [\s\S]+|budget|model-(?:malformed|length|filtered))$/

function expectOneOutcome(attempted: Attempted, place: string): void {
	expect(outcomeOf(attempted), place).toMatch(visible)
	expect(eventsOf(attempted.entries, 'run-end').length + (attempted.thrown === null ? 0 : 1), place).toBe(1)
	if (attempted.thrown instanceof Error && 'fix' in attempted.thrown) expect(attempted.thrown.fix).not.toBe('')
	expect(callsIn(attempted.entries).length, place).toBeLessThanOrEqual(limitsFor('staged', effort).calls)
	expect(new Set(callsIn(attempted.entries)).size, place).toBe(callsIn(attempted.entries).length)
	expect(() => foldJournal(recordsOf(attempted.entries))).not.toThrow()
}

const structured = structuredRoles.filter((role) => role !== 'complexity')

describe.each(structured)('in the role of %s', (role) => {
	test('the role is asked for under these circumstances', async () => {
		await using world = await openReasoning(circumstances[role])
		expectOneOutcome(await attemptIn(world, role), role)
		expect(world.roles()).toContain(role)
	})

	test.each(Object.entries(malformed))(
		'%s: one visible outcome, within the calls of the effort',
		async (name, step) => {
			await using world = await openReasoning({ ...circumstances[role], [role]: step })
			expectOneOutcome(await attemptIn(world, role), name)
		},
	)
})

/** The model's word alone, in whatever shape, breaks nothing: only what it declined to say is a failure of its own. */
const declines: ReadonlySet<string> = new Set([
	'only hidden thinking',
	'a refusal',
	'a filtered reply',
	'nothing at all',
	'only spaces',
	'no text',
	'a broken stream',
])
const survivable = Object.entries(malformed).filter(([name]) => !declines.has(name))

describe.each(structured)('a run goes on without a usable reply in the role of %s', (role) => {
	test.each(survivable)('%s', async (_, step) => {
		await using world = await openReasoning({ ...circumstances[role], [role]: step })
		expect(outcomeOf(await attemptIn(world, role))).toMatch(/^answered: /)
	})
})

describe('the complexity check', () => {
	test.each(Object.entries(malformed))('%s: the signals decide', async (_, step) => {
		await using world = await openReasoning({ complexity: step, direct: reply('Yes.') })
		const attempted = await attemptIn(world, 'complexity')
		expect(outcomeOf(attempted)).toBe('answered: Yes.')
		expect(eventsOf(attempted.entries, 'run-route').map(({ source }) => source)).toEqual(['signals'])
	})
})

describe.each<Role>(['direct', 'answer'])('in the role of %s', (role) => {
	const empty = ['nothing at all', 'only spaces', 'no text', 'only hidden thinking', 'a refusal', 'a filtered reply']

	test.each(Object.entries(malformed))('%s: one visible outcome', async (name, step) => {
		await using world = await openReasoning({ [role]: step })
		const attempted = await attemptIn(world, role)
		expectOneOutcome(attempted, name)
		if (empty.includes(name)) expect(outcomeOf(attempted)).toMatch(/^model-(?:malformed|length|filtered)$/)
	})
})

describe('what is said of a mistake', () => {
	const [first, second, third] = order.plan.subtasks

	test.each([
		['a cyclic plan', { subtasks: [{ ...first, inputs: ['s2'] }, { ...second, inputs: ['s1'] }, third] }],
		['a plan of 500 subtasks', { subtasks: chain }],
		['a plan that needs what does not exist', { subtasks: [{ ...first, inputs: ['g9'] }] }],
		['a plan whose ids are doubled', { subtasks: [first, first] }],
	])('%s is asked for once more, then the question is solved in one piece', async (_, plan) => {
		await using world = await openReasoning({ plan: replyJson(plan) })
		const attempted = await world.attempt()
		expect(outcomeOf(attempted)).toBe(`answered: ${order.answer}`)
		expect(world.roles().filter((role) => role === 'plan')).toHaveLength(2)
		expect(eventsOf(attempted.entries, 'subtask-end')).toHaveLength(1)
	})

	test('a calculation that would never end is not worked out: the blind verifier is asked instead', async () => {
		await using world = await openReasoning({ 'subtask-result': replyJson(solution('10^10^10', '1')) })
		const attempted = await world.attempt()
		expect(outcomeOf(attempted)).toBe(`answered: ${order.answer}`)
		const methods = eventsOf(attempted.entries, 'checkpoint').flatMap(({ subtaskId, method }) =>
			subtaskId === undefined ? [] : [method],
		)
		expect(methods).toEqual(['verifier', 'verifier', 'verifier'])
	})

	test('and where the verifier says nothing either, the step is unchecked and the confidence not high', async () => {
		await using world = await openReasoning({
			'subtask-result': replyJson(solution('10^10^10', '1')),
			'claim-check': reply('Hm.'),
		})
		const attempted = await world.attempt()
		expect(eventsOf(attempted.entries, 'subtask-end').map(({ status }) => status)).toEqual([
			'unchecked',
			'unchecked',
			'unchecked',
		])
		expect(eventsOf(attempted.entries, 'run-end')[0]?.confidence).not.toBe('high')
	})

	test('a step that no reply gave is answered by an alternative, and never by "(no result)"', async () => {
		await using world = await openReasoning({
			'subtask-result': byObjective({ ...orderResults, 'Add both.': reply('It is quite a lot.') }),
		})
		const attempted = await world.attempt()
		expect(outcomeOf(attempted)).toBe(`answered: ${order.answer}`)
		const evaluated = eventsOf(attempted.entries, 'stage-end').find(({ stage }) => stage === 'evaluate')
		expect(evaluated?.content?.output).toMatchObject({ final: '$104', source: 'alternative' })
	})
})
