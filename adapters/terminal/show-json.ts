import type { ErrorReport } from '../../src/core/errors.ts'
import type { ReplyView, StageView } from '../../src/core/reply-view.ts'
import { toUsd, type Usage } from '../../src/core/usage.ts'
import { emptyReplyView } from '../../src/rendering/index.ts'

/** JSON leaves these as they are, and some terminals obey them. */
const unescapedControls = /[\u007F-\u009F]/g

function escaped(character: string): string {
	return `\\u00${character.charCodeAt(0).toString(16)}`
}

function complexityJson(routing: ReplyView['routing']) {
	if (routing === null) return null
	const { level, reason, source } = routing
	return { level, reason, source }
}

/** The one object that `ask --json` prints, whatever happens. `disclosure` is there only when the answer needs one. */
export function showJson(runId: string | null, view: ReplyView): string {
	const json = JSON.stringify({
		runId,
		status: view.status,
		route: view.route,
		effort: view.effort,
		complexity: complexityJson(view.routing),
		answer: view.answer,
		confidence: view.confidence,
		stages: view.stages.map(stageJson),
		usage: usageJson(view.usage),
		elapsedMs: view.elapsedMs,
		...(view.disclosure === null ? {} : { disclosure: view.disclosure }),
		error: view.error,
	})
	return json.replaceAll(unescapedControls, escaped)
}

/** The same object for a question that never became a run. */
export function showJsonFailure(error: ErrorReport): string {
	return showJson(null, { ...emptyReplyView, status: 'failed', error })
}

function stageJson({ id, title, status, summary, elapsedMs, usage }: StageView) {
	const settled = status === 'pending' ? 'skipped' : status === 'running' ? 'stopped' : status
	return { id, title, status: settled, summary, elapsedMs, usage: usageJson(usage) }
}

function usageJson({ calls, inputTokens, outputTokens, costMicroUsd }: Usage) {
	return { calls, inputTokens, outputTokens, costUsd: toUsd(costMicroUsd) }
}
