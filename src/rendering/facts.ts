import type { ReplyView } from '../core/reply-view.ts'
import { toUsd } from '../core/usage.ts'
import { english } from './catalogue.ts'

/** What stands in a line under an answer: route, effort, checks, time, tokens, cost. */
export function describeFacts(view: ReplyView): readonly string[] {
	const { route, effort, stages, checks, confidence, usage, budget } = view
	const done = stages.filter(({ status }) => status === 'done').length
	const facts: readonly (string | false | null)[] = [
		route === 'direct' && english.directly,
		route === 'staged' && english.stagesDone(done, stages.length),
		route === 'staged' && effort !== null && english.efforts[effort],
		checks.passed + checks.failed > 0 && english.checks(checks.passed, checks.failed),
		confidence && english.confidences[confidence],
		`${(view.elapsedMs / 1_000).toFixed(1)} s`,
		english.calls(usage.calls),
		english.tokens(usage.inputTokens + usage.outputTokens),
		usage.costMicroUsd > 0 && `$${toUsd(usage.costMicroUsd).toFixed(4)}`,
		budget !== null && view.stopReason === null && english.budgetLeft(budget),
	]
	return facts.filter((fact) => typeof fact === 'string')
}
