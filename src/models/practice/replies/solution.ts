import { type Dice, happens, isForced } from '../mistakes/dice.ts'
import { withSlip } from '../mistakes/slip.ts'
import { onWrongPath } from '../mistakes/wrong-path.ts'
import type { PracticeOptions } from '../options.ts'
import type { ChatRequest } from '../protocol.ts'
import { instructionsOf, questionOf, sectionsOf } from '../roles.ts'
import { programAsRead } from '../solver/as-read.ts'
import type { Done } from '../solver/carry-out.ts'
import { capitalized, type Program } from '../solver/program.ts'
import { show } from '../solver/units.ts'
import { cannotAnswer } from './honesty.ts'
import { understand } from './understanding.ts'
import { type Claimed, calculationLines, claimed, workOutProgram } from './work.ts'

type Solution = { readonly work: string; readonly calculations: readonly Claimed[]; readonly answer: string }
type Method = (done: readonly Done[]) => readonly string[]

/** An alternative solution: the whole question in one go, by the method that the prompt asks for. */
export function solutionReply(request: ChatRequest, options: PracticeOptions, dice: Dice): Solution {
	const sections = sectionsOf(request)
	const { program } = understand(request)
	if (program === undefined)
		return { work: 'This is outside what the practice model works out.', calculations: [], answer: cannotAnswer() }
	const read = programAsRead(program, { givens: sections.get('givens'), unknown: sections.get('unknown') })
	const method = methodOf(request)
	const words = `${method}\n${questionOf(request)}`
	const isWrong = isForced('wrongAlternative', words, options) || happens('wrongAlternative', dice, options)
	return isWrong ? wrongSolution(read, request, method, dice) : told(workOutProgram(read).done, methods[method])
}

/** A wrong way with right calculations; where there is none, a wrong result without any. */
function wrongSolution(program: Program, request: ChatRequest, method: MethodName, dice: Dice): Solution {
	const wrong = onWrongPath(program, questionOf(request), dice)
	if (wrong !== undefined) return told(workOutProgram(wrong).done, methods[method])
	const slipped = workOutProgram(program, (calculation) => withSlip(calculation, dice)).done
	return { ...told(slipped, methods[method]), work: 'Worked out in the head.', calculations: [] }
}

function told(done: readonly Done[], method: Method): Solution {
	const calculations = done.flatMap((each) => each.calculations.map(claimed))
	return { work: method(done).join('\n'), calculations, answer: done.at(-1)?.result ?? cannotAnswer() }
}

const forwards: Method = (done) => [
	'From what is given, one fact after the other.',
	...done.flatMap((each) => [...calculationLines(each), `So ${each.label} is ${each.result}`]),
]

const backwards: Method = (done) => [
	`Wanted: ${done.at(-1)?.label ?? 'the answer'}`,
	...done.toReversed().map(({ label, inputs }) => `${capitalized(label)} follows from ${named(inputs)}`),
	'Now the values, in the other direction.',
	...done.flatMap(calculationLines),
	`Found: ${done.at(-1)?.result ?? ''}`,
]

const equations: Method = (done) => [
	...done.map(({ label }, index) => `Let ${letter(index)} be ${label}`),
	...done.flatMap(({ inputs }, index) => [
		`${letter(index)} depends on ${inputs.map((input) => `${input.label} (${show(input.value, input.unit)})`).join(' and ')}`,
	]),
	...done.flatMap((each, index) =>
		each.calculations.map((calculation) => equation(letter(index), claimed(calculation))),
	),
	`So ${letter(done.length - 1)} is ${done.at(-1)?.result ?? ''}`,
]

const methods = { forwards, backwards, equations } as const satisfies Readonly<Record<string, Method>>
type MethodName = keyof typeof methods

/** "Method: backwards." of the instructions. */
function methodOf(request: ChatRequest): MethodName {
	const [, name] = /^Method: (\w+)/m.exec(instructionsOf(request)) ?? []
	return name === 'backwards' || name === 'equations' ? name : 'forwards'
}

function named(inputs: Done['inputs']): string {
	return inputs.map(({ label }) => label).join(' and ')
}

function equation(name: string, { expression, result }: Claimed): string {
	return `${name} = ${expression} = ${result}`
}

function letter(index: number): string {
	return `x${index + 1}`
}
