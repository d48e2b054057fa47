import { ComponentType } from 'discord.js'
import { rests } from '../../src/core/reply-view.ts'
import { english } from '../../src/rendering/index.ts'
import { button, type Draft, draft, marked, row, textDisplay } from './components.ts'
import { isRefusal } from './refusals.ts'
import { type ShownReply, showReply } from './show.ts'

export type ShowUnblocked = (shown: ShownReply, show: (drafts: readonly Draft[]) => Promise<void>) => Promise<void>

/** Has a view shown, or less of it where AutoMod doesn't let through what it says. */
export function createShowUnblocked(): ShowUnblocked {
	/** Every attempt is an alert for whoever looks after the server. */
	const blocked = new Set<string>()
	return async (shown, show) => {
		const { runId, view } = shown
		const quiet = () => show(showReply({ runId, recordUrl: null, view: { ...view, answer: '', quiet: true } }))
		if (rests(view)) blocked.delete(runId)
		if (blocked.has(runId)) return quiet()
		const drafts = showReply(shown)
		try {
			await show(drafts)
		} catch (error) {
			if (!isRefusal(error, 'blockedByAutoMod')) throw error
			if (rests(view)) return show([blockedDraft(runId, drafts)])
			blocked.add(runId)
			await quiet()
		}
	}
}

/** For an outcome that the rules of a server don't let through: its buttons, and one that has it for whoever presses it. */
function blockedDraft(runId: string, drafts: readonly Draft[]): Draft {
	const rows = drafts.flatMap(({ body }) => body.components.filter(({ type }) => type === ComponentType.ActionRow))
	const showAnswer = button({ verb: 'show-answer', runId, place: null }, english.chat.showAnswer)
	return marked(draft([textDisplay(english.chat.blockedHere), row([showAnswer]), ...rows]), runId, 0)
}
