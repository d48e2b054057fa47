import { goodScript, order, type Role, type RoleScript, replyJson } from './reasoning.ts'
import { reply, type ScriptedStep } from './scripted-model-server.ts'

const columns = Array.from({ length: 200 }, (_, index) => `column ${index}`)
/** A table of 200 columns and one row. */
export const wideTable = [columns, columns.map(() => '---'), columns.map((name) => `${name} value`)]
	.map((cells) => `| ${cells.join(' | ')} |`)
	.join('\n')

/** What a model that follows the script replies in a role, which is what it should where the script has nothing. */
export function stepFor(role: Role, script: RoleScript): ScriptedStep {
	const step = script[role] ?? goodScript[role]
	if (typeof step === 'function') return step
	throw new Error(`the script has more than one step for ${role}`)
}

/** The same text in every field that takes one. */
export function hostileEverywhere(text: string): RoleScript {
	const { analysis, plan } = order
	return {
		analysis: replyJson({
			...analysis,
			restatement: text,
			givens: analysis.givens.map(({ id }) => ({ id, statement: text })),
			unknown: text,
			constraints: [{ id: 'c1', kind: 'other', statement: text, value: text }],
			ambiguities: [{ statement: text, assumption: text, changesAnswer: false, question: null }],
		}),
		comparison: replyJson({ differences: [{ kind: 'changed', what: text }] }),
		plan: replyJson({
			subtasks: plan.subtasks.map((subtask) => ({ ...subtask, objective: text, expectedOutput: text, check: text })),
		}),
		'subtask-result': replyJson({ work: text, calculations: [], result: text }),
		'claim-check': replyJson({ holds: false, evidence: text }),
		solution: replyJson({ work: text, calculations: [], answer: text }),
		judgement: replyJson({ checks: [{ id: 'c1', evidence: text, holds: false }] }),
		choice: replyJson({ choice: 'first', evidence: text }),
		answer: reply(text),
	}
}

/** The first word of a text that can't be seen where it should be, behind those before it; null where all can. */
export function firstMissing(text: string, seen: string): string | null {
	let from = 0
	for (const [word] of text.matchAll(/[\p{L}\p{N}]+/gu)) {
		const at = seen.indexOf(word, from)
		if (at === -1) return word
		from = at + word.length
	}
	return null
}
