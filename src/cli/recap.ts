import { counted } from '../core/counted.ts'
import type { JournalEventKind, JournalEventOf, JournalRecord } from '../core/journal.ts'
import { type StageKind, stageKindSchema } from '../core/workflow.ts'

/** What a stage has noticed or put right, in words that follow the stage's title. */
export type Recap = { readonly stage: StageKind; readonly text: string }

type Records = readonly JournalRecord[]
type Tell = (records: Records) => string | null

/** What the stages of a run have noticed and put right, from its journal alone; a stage where nothing was is left out. */
export function recap(records: Records): readonly Recap[] {
	const nodes = records.findLast((record) => record.kind === 'run-route')?.nodes ?? []
	return stageKindSchema.options.flatMap((stage) => {
		const ids = new Set(nodes.filter((node) => node.stage === stage).map(({ id }) => id))
		const own = records.filter(({ nodeId }) => nodeId !== undefined && ids.has(nodeId))
		const text = tellers[stage]?.(own) ?? null
		return text === null ? [] : [{ stage, text }]
	})
}

/** A stage that has nothing to put right needs none. */
const tellers: Readonly<Partial<Record<StageKind, Tell>>> = {
	analyze: (records) => {
		const [misread] = checkpoints(records, 'interpretation').filter(({ passed }) => !passed)
		if (misread === undefined) return null
		const again = ofKind(records, 'model-call-end').some(({ seq }) => seq > misread.seq)
		return `the question was misread, and a comparison with its words noticed${again ? '; it was read again' : ''}.`
	},
	decompose: (records) => {
		const plans = ofKind(records, 'model-call-end').length
		const [notice] = ofKind(records, 'stage-delta').flatMap(({ content }) => content?.text ?? [])
		const why = notice === undefined ? '' : ` (${notice.replace(/^[^:]*: /, '').replace(/\.$/, '')})`
		return plans < 2 ? null : `the first plan could not be used${why}, so another one was made.`
	},
	execute: (records) => {
		const failed = ofKind(records, 'checkpoint').filter(({ passed }) => !passed)
		const [first] = failed
		if (first === undefined) return null
		const doubtful = ofKind(records, 'subtask-end').filter(({ status }) => status === 'low-confidence').length
		const outcome = doubtful === 0 ? 'the step was worked out again' : `${counted(doubtful, 'step')} stayed doubtful`
		return `${counted(failed.length, 'slip')} caught (${evidenceOf(first)}); ${outcome}.`
	},
	alternatives: (records) => {
		const samples = ofKind(records, 'sample')
		const answers = new Set(samples.map(({ content }) => content?.key ?? ''))
		if (samples.length === 0) return null
		return `${counted(samples.length, 'other solution')} weighed, which came to ${counted(answers.size, 'answer')}.`
	},
	evaluate: (records) => {
		const failures = ofKind(records, 'verdict').flatMap(({ content }) => content?.failures ?? [])
		return failures.length === 0
			? null
			: `the result was turned down: ${failures.map(({ evidence }) => evidence).join(' ')}`
	},
	correct: (records) => {
		const accepted = ofKind(records, 'correction').findLast((correction) => correction.accepted)
		const content = accepted?.content ?? null
		return content === null ? null : `${content.before} became ${content.after}, from the failing step on.`
	},
}

function ofKind<Kind extends JournalEventKind>(records: Records, kind: Kind) {
	return records.filter((record): record is JournalRecord & JournalEventOf<Kind> => record.kind === kind)
}

function checkpoints(records: Records, wanted: JournalEventOf<'checkpoint'>['method']) {
	return ofKind(records, 'checkpoint').filter(({ method }) => method === wanted)
}

function evidenceOf({ content }: JournalEventOf<'checkpoint'>): string {
	return (content?.evidence ?? '').replace(/^Recomputed: /, '').replace(/\.$/, '')
}
