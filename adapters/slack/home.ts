import type { Conversation } from '../../src/core/conversation.ts'
import { may, settingsAsSubject } from '../../src/core/may.ts'
import { effortSchema } from '../../src/core/run-preferences.ts'
import type { Settings, SettingsKey } from '../../src/core/settings.ts'
import { refusalText } from '../../src/rendering/index.ts'
import { actionIds } from './blocks.ts'
import type { SlackClient } from './client.ts'
import type { SlackOptions } from './config.ts'
import { actorOf, type Press, platformName, type Self } from './receive.ts'
import { type HomeQuestion, showHome } from './show-home.ts'

export type HomeParts = Pick<SlackOptions, 'conversations' | 'settings'> & {
	readonly client: Pick<SlackClient, 'person' | 'permalink' | 'publishHome'>
	readonly self: Self
}

export type Home = {
	open(personId: string): Promise<void>
	/** Changes what was chosen on the tab, if they may, and shows what is set now. */
	change(press: Press): Promise<void>
}

const mostQuestions = 10

/** The home tab: what the bot can do, what is set in this workspace, and what somebody has asked. */
export function createHome({ client, conversations, settings, self }: HomeParts): Home {
	const workspace: SettingsKey = {
		platform: platformName,
		workspaceId: self.teamId,
		scope: 'installation',
		subject: '',
	}
	/** Nobody's own channel and person: what the whole workspace has. */
	const place = { ...workspace, channelId: '', personId: '' }
	const show = async (personId: string, refusal: string | null) => {
		const [resolved, person, questions] = await Promise.all([
			settings.resolve(place),
			client.person(personId),
			recentQuestions(personId),
		])
		const mayChange = may(actorOf(person, self), 'change-settings', settingsAsSubject(workspace)).allowed
		await client.publishHome(personId, showHome({ settings: resolved, mayChange, questions, refusal }))
	}
	const recentQuestions = async (personId: string): Promise<readonly HomeQuestion[]> => {
		const asked = await conversations.list({ ...place, personId, limit: mostQuestions })
		return Promise.all(asked.map(async (entry) => ({ ...entry, link: await linkOf(entry.conversation) })))
	}
	const linkOf = ({ channelId, threadId }: Conversation) => client.permalink(channelId, threadId).catch(() => null)
	return {
		open: (personId) => show(personId, null),
		change: async (press) => {
			const { installation } = await settings.read(place)
			const wanted = changed(installation, press)
			const actor = actorOf(await client.person(press.personId), self)
			const result = await settings.change(actor, workspace, wanted)
			await show(press.personId, result.outcome === 'refused' ? refusalText(result) : null)
		},
	}
}

/** Nothing chosen is nothing set: everywhere, and everybody. */
function changed(before: Settings, { actionId, value, chosen }: Press): Settings {
	const { allowedChannels, allowedPeople, ...others } = before
	const channels = actionId === actionIds.homeChannels ? chosen : (allowedChannels ?? [])
	const people = actionId === actionIds.homePeople ? chosen : (allowedPeople ?? [])
	return {
		...others,
		...(channels.length === 0 ? {} : { allowedChannels: [...channels] }),
		...(people.length === 0 ? {} : { allowedPeople: [...people] }),
		...(actionId === actionIds.homeQuiet ? { quiet: value === 'yes' } : {}),
		...(actionId === actionIds.homeDirectMessages ? { directMessages: value === 'yes' } : {}),
		...(actionId === actionIds.homeEffort ? { effort: effortSchema.parse(value) } : {}),
	}
}
