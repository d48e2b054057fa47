import type { ChatRequest } from '../protocol.ts'
import { questionOf, type Sections, sectionsOf } from '../roles.ts'
import { type Ambiguity, findAmbiguity, type Meaning } from '../solver/ambiguity.ts'
import type { Program } from '../solver/program.ts'
import { solve } from '../solver/registry.ts'

/** How a question is understood. */
export type Understanding = {
	/** How it is solved; undefined for a question that the practice model can't solve. */
	readonly program: Program | undefined
	readonly ambiguity: Ambiguity | undefined
	/** Which way it is taken, where it can be meant in two. */
	readonly assumption: string | undefined
	/** Whether the asker has said which way it is meant. */
	readonly isSettled: boolean
}

/** The question of a request, in the sense that the asker has given it or that the rest of the request speaks of. */
export function understand(request: ChatRequest): Understanding {
	return understandQuestion(questionOf(request), sectionsOf(request))
}

/** The same for a question that stands somewhere else in the request. */
export function understandQuestion(question: string, sections: Sections): Understanding {
	const ambiguity = findAmbiguity(question)
	if (ambiguity === undefined) return { program: solve(question), ambiguity, assumption: undefined, isSettled: true }
	const answered = answeredMeaning(ambiguity, sections)
	const { program, assumption } = answered ?? assumedMeaning(ambiguity, sections)
	const inThisSense = { ...program, unknown: inTheSense(program.unknown, assumption) }
	return { program: inThisSense, ambiguity, assumption, isSettled: answered !== undefined }
}

/** What the asker has said counts most; the last words, where there are several. */
function answeredMeaning({ meanings }: Ambiguity, sections: Sections): Meaning | undefined {
	return answersOf(sections)
		.flatMap((answer) => meanings.find(({ isMeantBy }) => isMeantBy(answer)) ?? [])
		.at(-1)
}

/** What an earlier stage has assumed and the request speaks of; else the likelier meaning. */
function assumedMeaning({ meanings }: Ambiguity, sections: Sections): Meaning {
	const texts = ['unknown', 'reading-unknown', 'expected-output', 'constraints', 'understood-as', 'assumptions']
		.map((name) => (sections.get(name) ?? '').toLowerCase())
		.join('\n')
	return meanings.find(({ assumption }) => texts.includes(inBrackets(assumption))) ?? meanings[0]
}

/** What the asker has said to questions back, as `Answered: …`. */
function answersOf(sections: Sections): readonly string[] {
	const [, ...parts] = (sections.get('clarifications') ?? '').split(/^Answered: /m)
	return parts.map((part) => part.split(/^Asked back: /m)[0] ?? '')
}

/** The sense stands with what is asked, so that it reaches every stage that sees what is asked. */
function inTheSense(unknown: string, assumption: string): string {
	return `${unknown} (${inBrackets(assumption)})`
}

function inBrackets(assumption: string): string {
	return assumption.toLowerCase().replace(/\.$/, '')
}
