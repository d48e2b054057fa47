import { ComponentType } from 'discord.js'
import { english } from '../../src/rendering/index.ts'
import { type Draft, draft, marked, textDisplay } from './components.ts'

/** For a message that an answer doesn't take any more: Discord has no empty ones. */
export const surplusDraft: Draft = draft([textDisplay('—')])

/** For an answer that the rules of a server don't let through: its buttons alone, which show the reasoning to whoever presses them. */
export function blockedDraft(runId: string, drafts: readonly Draft[]): Draft {
	const rows = drafts.flatMap(({ body }) => body.components.filter(({ type }) => type === ComponentType.ActionRow))
	return marked(draft([textDisplay(english.chat.blockedHere), ...rows]), runId, 0)
}
