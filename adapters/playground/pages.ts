import type { Conversation } from '../../src/core/conversation.ts'
import type { ReplyView, StageView } from '../../src/core/reply-view.ts'
import type { PlaygroundOptions } from './config.ts'
import type { RunNow } from './hub.ts'
import type { PageStage, PageView, RunUpdate } from './page-view.ts'
import { platformName } from './receive.ts'
import { showPage, showStage } from './show.ts'

type ShownRun = Pick<RunNow, 'entry' | 'view'>

/** Makes what is sent of runs, once for however many look at them. */
export type Pages = {
	toUpdate(run: ShownRun, conversation: Conversation): RunUpdate
	/** The same as JSON. */
	toData(run: ShownRun, conversation: Conversation): string
}

/** Views and stages are never changed, only replaced, so what was made of one is good as long as anybody has it. */
export function createPages(runUrl: PlaygroundOptions['runUrl']): Pages {
	const stagePage = remembering<StageView, PageStage>(showStage)
	const viewPage = remembering<ReplyView, PageView>((view) => showPage(view, stagePage))
	const viewJson = remembering<ReplyView, string>((view) => JSON.stringify(viewPage(view)))
	const facts = ({ entry }: ShownRun, conversation: Conversation): Omit<RunUpdate, 'view'> => ({
		entry,
		threadId: conversation.platform === platformName ? conversation.threadId : null,
		runUrl: runUrl(entry.runId, conversation),
	})
	return {
		toUpdate: (run, conversation) => ({ ...facts(run, conversation), view: viewPage(run.view) }),
		toData: (run, conversation) => {
			const rest = JSON.stringify(facts(run, conversation))
			return `${rest.slice(0, -1)},"view":${viewJson(run.view)}}`
		},
	}
}

function remembering<From extends object, To>(make: (from: From) => To): (from: From) => To {
	const made = new WeakMap<From, { readonly value: To }>()
	return (from) => {
		const kept = made.get(from) ?? { value: make(from) }
		made.set(from, kept)
		return kept.value
	}
}
