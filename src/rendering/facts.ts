import { isFinal, type ReplyView, type StageView } from '../core/reply-view.ts'
import { toUsd } from '../core/usage.ts'
import { english } from './catalogue.ts'

/** What stands in a line under an answer: route, effort, checks, time, tokens, cost; nothing for what never began. */
export function describeFacts(view: ReplyView): readonly string[] {
	const { route, effort, stages, checks, confidence, usage, budget, startedAt } = view
	if (startedAt === null) return []
	const done = stages.filter(({ status }) => status === 'done').length
	const facts: readonly (string | false | null)[] = [
		route === 'direct' && english.directly,
		route === 'staged' && english.stagesDone(done, stages.length),
		route === 'staged' && effort !== null && english.efforts[effort],
		checks.passed + checks.failed > 0 && english.checks(checks, isFinal(view)),
		confidence && english.confidences[confidence],
		seconds(view.elapsedMs),
		english.calls(usage.calls),
		english.tokens(usage.inputTokens + usage.outputTokens),
		usage.costMicroUsd > 0 && `$${toUsd(usage.costMicroUsd).toFixed(4)}`,
		budget !== null && view.stopReason === null && english.budgetLeft(budget),
	]
	return facts.filter((fact) => typeof fact === 'string')
}

/** What a stage has come to, and what it took. */
export function describeStageFacts({ status, elapsedMs, usage }: StageView): readonly string[] {
	return [
		english.stageStatuses[status],
		seconds(elapsedMs),
		english.calls(usage.calls),
		english.tokens(usage.inputTokens + usage.outputTokens),
	]
}

/** A duration as people read it, such as `12.3 s`. */
export function seconds(ms: number): string {
	return `${(ms / 1_000).toFixed(1)} s`
}
