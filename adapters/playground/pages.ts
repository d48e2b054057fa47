import type { ReplyView, StageView } from '../../src/core/reply-view.ts'
import type { RunNow } from './hub.ts'
import type { PageStage, PageView, RunUpdate } from './page-view.ts'
import { showPage, showStage } from './show.ts'

/** Makes what is sent of runs, once for however many look at them. */
export type Pages = {
	toUpdate(run: Pick<RunNow, 'entry' | 'view'>): RunUpdate
	/** The same as JSON. */
	toData(run: Pick<RunNow, 'entry' | 'view'>): string
}

/** Views and stages are never changed, only replaced, so what was made of one is good as long as anybody has it. */
export function createPages(runUrl: (runId: string) => string | null): Pages {
	const stagePage = remembering<StageView, PageStage>(showStage)
	const viewPage = remembering<ReplyView, PageView>((view) => showPage(view, stagePage))
	const viewJson = remembering<ReplyView, string>((view) => JSON.stringify(viewPage(view)))
	return {
		toUpdate: ({ entry, view }) => ({ entry, view: viewPage(view), runUrl: runUrl(entry.runId) }),
		toData: ({ entry, view }) =>
			`{"entry":${JSON.stringify(entry)},"view":${viewJson(view)},"runUrl":${JSON.stringify(runUrl(entry.runId))}}`,
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
