/**
 * The reference work: 13 model calls of which 9 wait for each other. One classifier, one analysis, one plan, five subtasks of which
 * three are in line, three samples side by side, one judgement, one answer.
 */
export const referenceCalls = 13
export const referenceCriticalPath = 9
export const referenceSamples = 3

/** Neither clearly easy nor clearly hard, so that the classifier is asked. */
export const referenceQuestion = 'In which of our two cities should the team meet in spring, and what would it cost us?'

const analysis = {
	language: 'en',
	restatement: 'The cheaper of two cities for the meeting of the team is wanted, and the cost of meeting there.',
	givens: [
		{ id: 'g1', statement: 'a ticket to the city costs $140 for each of 12 people' },
		{ id: 'g2', statement: 'a room costs $95 for each of 12 people and each of 3 nights' },
		{ id: 'g3', statement: 'meals cost $38 for each of 12 people and each of 4 days' },
	],
	unknown: 'the total cost in dollars',
	constraints: [{ id: 'c1', kind: 'other', statement: 'Everybody can attend.', value: null }],
	answerType: 'number',
	ambiguities: [],
}

const subtasks = [
	{ id: 's1', objective: 'Price the tickets.', inputs: ['g1'], expression: '12 * 140', result: '1680' },
	{ id: 's2', objective: 'Price the rooms.', inputs: ['g2'], expression: '12 * 95 * 3', result: '3420' },
	{ id: 's3', objective: 'Price the meals.', inputs: ['g3'], expression: '12 * 38 * 4', result: '1824' },
	{ id: 's4', objective: 'Add tickets and rooms.', inputs: ['s1', 's2'], expression: '1680 + 3420', result: '5100' },
	{ id: 's5', objective: 'Add the meals.', inputs: ['s3', 's4'], expression: '5100 + 1824', result: '6924' },
]

const plan = {
	subtasks: subtasks.map(({ id, objective, inputs }) => ({
		id,
		objective,
		inputs,
		expectedOutput: 'dollars',
		check: 'arithmetic',
	})),
}

const replies: Readonly<Record<string, unknown>> = {
	complexity: { level: 'hard', reason: 'several prices to combine', estimatedSteps: 5, ambiguous: false },
	analysis,
	plan,
	alternative: { answer: 'Meet in the second city; it costs $6924.', key: '6924' },
	judgement: { checks: [{ id: 'c1', holds: true, evidence: 'Nothing says that anybody could not attend.' }] },
}

const results: Readonly<Record<string, unknown>> = Object.fromEntries(
	subtasks.map(({ objective, expression, result }) => [
		objective,
		{ work: `${expression} = ${result}`, calculations: [{ expression, result }], result: `$${result}` },
	]),
)

const answer =
	'Meet in the second city: it costs $6924. Tickets are $1680 and rooms $3420, $5100 together; meals add $1824.'

/** The name of the structure that a request asks for. */
const structureName = /"json_schema":\{"name":"([\w-]+)"/
const subtaskObjective = /<objective>\\n(.*?)\\n<\/objective>/

/** What a model says to a request, given as its body's text: parsing it would make the server slow. */
export function replyTo(body: string): string {
	const structure = structureName.exec(body)?.[1]
	if (structure === undefined) return answer
	const reply = structure === 'subtask-result' ? results[subtaskObjective.exec(body)?.[1] ?? ''] : replies[structure]
	if (reply === undefined) throw new Error(`The reference work has no reply for ${structure}.`)
	return JSON.stringify(reply)
}
