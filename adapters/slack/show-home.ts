import type { types } from '@slack/bolt'
import type { ConversationEntry } from '../../src/core/conversation-reader.ts'
import type { ResolvedSettings } from '../../src/core/resolve-settings.ts'
import { effortSchema } from '../../src/core/run-preferences.ts'
import { english, shortened } from '../../src/rendering/index.ts'
import { actionIds, type Block, context, plain, section } from './blocks.ts'
import { escaped, toMrkdwn } from './markdown.ts'

/** One of the questions that somebody has asked. */
export type HomeQuestion = Pick<ConversationEntry, 'title' | 'lastAskedAt' | 'isOpen'> & {
	/** Where it stands in Slack; null where Slack doesn't tell. */
	readonly link: string | null
}

/** What somebody sees on the home tab. */
export type ShownHome = {
	readonly settings: Pick<ResolvedSettings, 'effort' | 'quiet' | 'admission'>
	readonly mayChange: boolean
	readonly questions: readonly HomeQuestion[]
	/** Why a change was refused; null where none was. */
	readonly refusal: string | null
}

/** The home tab. It takes 100 blocks; this has about twenty. */
export function showHome({ settings, mayChange, questions, refusal }: ShownHome): types.HomeView {
	const { home, help, homeSettings, homeQuestions, noQuestions } = english.chat
	return {
		type: 'home',
		blocks: [
			section(toMrkdwn(home)),
			section(toMrkdwn(help)),
			header(homeSettings),
			...(refusal === null ? [] : [context(escaped(refusal))]),
			...(mayChange ? controlsOf(settings) : valuesOf(settings)),
			header(homeQuestions),
			...(questions.length === 0 ? [context(escaped(noQuestions))] : questions.map(questionOf)),
		],
	}
}

function header(text: string): Block {
	return { type: 'header', text: plain(text, 150) }
}

function valuesOf({ effort, quiet, admission: { channels, people, directMessages } }: ShownHome['settings']) {
	const { settingNames: names, yes, no, everywhere, everybody } = english.chat
	const lines = [
		`*${names.effort}:* ${escaped(english.efforts[effort])}`,
		`*${names.quiet}:* ${quiet ? yes : no}`,
		`*${names.directMessages}:* ${directMessages ? yes : no}`,
		`*${names.channels}:* ${channels === null ? everywhere : listed(channels, (id) => `<#${id}>`)}`,
		`*${names.people}:* ${people === null ? everybody : listed(people, (id) => `<@${id}>`)}`,
	]
	return [section(lines.join('\n'))]
}

/** Nobody reads more names in a line. */
const mostListed = 20

function listed(ids: readonly string[], mention: (id: string) => string): string {
	const shown = ids
		.slice(0, mostListed)
		.map((id) => (/^[A-Z0-9]+$/.test(id) ? mention(id) : escaped(shortened(id, 40))))
	return [...shown, ...(ids.length > mostListed ? ['…'] : [])].join(', ')
}

/** Settings may hold what somebody has written by hand, which a menu would refuse. */
function isSlackId(id: string): boolean {
	return /^[A-Z][A-Z0-9]+$/.test(id)
}

function controlsOf({ effort, quiet, admission }: ShownHome['settings']): readonly Block[] {
	const { settingNames: names, everywhere, everybody } = english.chat
	const channels = (admission.channels ?? []).filter(isSlackId)
	const people = (admission.people ?? []).filter(isSlackId)
	const efforts = effortSchema.options.map((each) => option(english.efforts[each], each))
	return [
		control(names.effort, choice(actionIds.homeEffort, efforts, effort)),
		control(names.quiet, choice(actionIds.homeQuiet, yesAndNo, quiet ? 'yes' : 'no')),
		control(
			names.directMessages,
			choice(actionIds.homeDirectMessages, yesAndNo, admission.directMessages ? 'yes' : 'no'),
		),
		control(names.channels, {
			type: 'multi_conversations_select',
			action_id: actionIds.homeChannels,
			placeholder: plain(everywhere, 150),
			filter: { include: ['public', 'private'] },
			...(channels.length === 0 ? {} : { initial_conversations: channels }),
		}),
		control(names.people, {
			type: 'multi_users_select',
			action_id: actionIds.homePeople,
			placeholder: plain(everybody, 150),
			...(people.length === 0 ? {} : { initial_users: people }),
		}),
	]
}

type Accessory = NonNullable<types.SectionBlock['accessory']>

function control(name: string, accessory: Accessory): Block {
	return { ...section(`*${escaped(name)}*`), accessory }
}

function option(label: string, value: string): types.PlainTextOption {
	return { text: plain(label), value }
}

const yesAndNo = [option(english.chat.yes, 'yes'), option(english.chat.no, 'no')]

function choice(actionId: string, options: types.PlainTextOption[], value: string): Accessory {
	const chosen = options.find((each) => each.value === value)
	return {
		type: 'static_select',
		action_id: actionId,
		options,
		...(chosen === undefined ? {} : { initial_option: chosen }),
	}
}

function questionOf({ title, lastAskedAt, isOpen, link }: HomeQuestion): Block {
	const text = escaped(shortened(title ?? english.erased, 120)).replaceAll('|', '¦')
	const seconds = Math.floor(Date.parse(lastAskedAt) / 1_000)
	const when = `<!date^${seconds}^{date_short_pretty} {time}|${lastAskedAt.slice(0, 16)}>`
	const state = isOpen ? ` · ${escaped(english.working)}` : ''
	return section(`${link === null ? text : `<${link}|${text}>`}\n${when}${state}`)
}
