import { z } from 'zod'
import type { Acknowledgement } from './delivery/delivery.ts'
import { modalSchema } from './schemas/views.ts'
import type { SlackView } from './views.ts'
import type { Workspace } from './workspace.ts'

/** What is wrong with a modal's values, by block. */
export type SubmissionErrors = Readonly<Record<string, string>>

const answerSchema = z.discriminatedUnion('response_action', [
	z.strictObject({ response_action: z.literal('clear') }),
	z.strictObject({ response_action: z.literal('update'), view: modalSchema }),
	z.strictObject({ response_action: z.literal('push'), view: modalSchema }),
	z.strictObject({ response_action: z.literal('errors'), errors: z.record(z.string(), z.string()) }),
])

/** Does to a modal what the app's acknowledgement of its submission says. Without one it stays open, with an error. */
export function applySubmission(
	{ views }: Workspace,
	view: SlackView,
	{ payload, failure }: Acknowledgement,
): SubmissionErrors | null {
	if (failure !== null) return { '': failure }
	if (typeof payload !== 'object' || payload === null || Object.keys(payload).length === 0) {
		views.close(view, false)
		return null
	}
	const answer = answerSchema.parse(payload)
	switch (answer.response_action) {
		case 'clear':
			views.close(view, true)
			return null
		case 'update':
			views.update(view, answer.view, undefined)
			return null
		case 'push':
			views.open(view.userId, answer.view, true)
			return null
		case 'errors':
			return answer.errors
	}
}
