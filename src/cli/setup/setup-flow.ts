import type { CheckRow } from '../../core/check.ts'
import { ThreadwiseError } from '../../core/errors.ts'
import type { ModelList } from '../../models/index.ts'
import { createRowLines, hasProblem } from '../doctor/show-rows.ts'
import { askDiscord, wantsDiscord, withoutDiscord } from './discord.ts'
import { chooseEndpoint, endOfSecret, type LocalPlace } from './endpoint.ts'
import { type EnvChanges, settingOf } from './env-text.ts'
import { chooseModel } from './model.ts'
import { type Prompter, setupLeft } from './prompter.ts'
import { askSlack, wantsSlack, withoutSlack } from './slack.ts'

export type SetupSurroundings = {
	readonly prompter: Prompter
	readonly places: readonly LocalPlace[]
	readonly openAiUrl: string
	/** What `.env` holds. */
	readonly current: Readonly<Record<string, string | undefined>>
	/** What the environment holds, which wins over `.env`. */
	readonly environment: Readonly<Record<string, string | undefined>>
	/** Whether a configuration file names models, which wins over variables. */
	readonly fileNamesModels: boolean
	readonly colored: boolean
	list(endpoint: { readonly baseUrl: string; readonly apiKey: string | null }): Promise<ModelList>
	/** The doctor's rows about the models, as they would be with these changes. */
	check(changes: EnvChanges): Promise<readonly CheckRow[]>
	/** Those about a platform, likewise. */
	checkPlatform(title: PlatformTitle, changes: EnvChanges): Promise<readonly CheckRow[]>
	/** The link that brings the Discord bot of this token into a server; null where Discord doesn't tell. */
	inviteToDiscord(changes: EnvChanges): Promise<string | null>
	write(changes: EnvChanges): Promise<void>
}

/** The platforms that are asked about, as the doctor calls them. */
export type PlatformTitle = 'Slack' | 'Discord'

type PlatformSetup = {
	readonly title: PlatformTitle
	readonly wants: typeof wantsSlack
	readonly without: EnvChanges
	readonly ask: typeof askSlack
}
const platformSetups: readonly PlatformSetup[] = [
	{ title: 'Slack', wants: wantsSlack, without: withoutSlack, ask: askSlack },
	{ title: 'Discord', wants: wantsDiscord, without: withoutDiscord, ask: askDiscord },
]

const next = [
	'What to do next',
	'  Ask it something    npm run -s threadwise -- ask "your question"',
	'  Let it run          npm run -s threadwise -- start',
	'  Is all well?        npm run -s threadwise -- doctor',
].join('\n')

/**
 * Asks what Threadwise needs to know, checks it, and writes it down at the very end.
 * @throws ThreadwiseError `interrupted` if it is left before that.
 */
export async function runSetup(surroundings: SetupSurroundings): Promise<void> {
	const { prompter } = surroundings
	prompter.begin('Threadwise setup. Ctrl-C leaves it at any time; nothing is written before you say so.')
	if (surroundings.fileNamesModels) {
		prompter.warn('The configuration file names models as well, and wins where it does.')
	}
	await writeAgreed(await agreedChanges(surroundings), surroundings)
	for (const platform of platformSetups) await connect(platform, surroundings)
	prompter.end(next)
}

async function writeAgreed(agreed: EnvChanges, surroundings: SetupSurroundings): Promise<void> {
	const { prompter, current } = surroundings
	const changes = onlyReal(agreed, current)
	if (Object.keys(changes).length === 0) {
		prompter.say('Everything is set as you want it: nothing to write.')
		return
	}
	prompter.say(['This changes in .env:', ...Object.entries(changes).map(changeLine(current))].join('\n'))
	warnOfWhatWins(changes, surroundings)
	if (!(await prompter.confirm('Write it?'))) throw setupLeft()
	await surroundings.write(changes)
	prompter.say('Written.')
}

/** A part of its own: whoever goes away to make the app keeps what was written before. */
async function connect(platform: PlatformSetup, surroundings: SetupSurroundings): Promise<void> {
	try {
		const wish = await platform.wants(surroundings)
		if (wish === 'disconnect') await writeAgreed(platform.without, surroundings)
		if (wish !== 'connect') return
		const changes = await agreedPlatform(platform, surroundings)
		await writeAgreed(changes, surroundings)
		if (platform.title === 'Discord') await showInvite(changes, surroundings)
	} catch (error) {
		if (error instanceof ThreadwiseError && error.code === 'interrupted') {
			const message = `Setup was left. What you agreed to before is written; ${platform.title} is as it was.`
			throw new ThreadwiseError('interrupted', message, { fix: error.fix, cause: error })
		}
		throw error
	}
}

/** What is left to do for a bot of Discord. */
async function showInvite(changes: EnvChanges, { prompter, inviteToDiscord }: SetupSurroundings): Promise<void> {
	const link = await inviteToDiscord(changes)
	if (link === null) return
	prompter.say('The link below brings the bot into your server.')
	prompter.show(link)
}

async function agreedPlatform({ title, ask }: PlatformSetup, surroundings: SetupSurroundings): Promise<EnvChanges> {
	const { prompter } = surroundings
	let { current } = surroundings
	for (;;) {
		const changes = await ask({ prompter, current })
		prompter.say(`Asking ${title} …`)
		const rows = await surroundings.checkPlatform(title, changes)
		sayRows(rows, surroundings)
		if (!hasProblem(rows)) return changes
		const options = [
			{ value: 'again', label: 'Change the answers' },
			{ value: 'anyway', label: 'Keep it all the same' },
		] as const
		if ((await prompter.choose({ message: 'Something is not right yet. What now?', options })) === 'anyway')
			return changes
		current = { ...current, ...withoutNull(changes) }
	}
}

function sayRows(rows: readonly CheckRow[], { prompter, colored }: SetupSurroundings): void {
	const line = createRowLines(
		rows.map(({ name }) => name),
		colored,
	)
	prompter.say(rows.map(line).join('').trimEnd())
}

function withoutNull(changes: EnvChanges): SetupSurroundings['current'] {
	return Object.fromEntries(Object.entries(changes).map(([name, value]) => [name, value ?? undefined]))
}

/** Asks and checks until all is well, or the person goes on all the same. */
async function agreedChanges(surroundings: SetupSurroundings): Promise<EnvChanges> {
	for (;;) {
		const changes = await askedChanges(surroundings)
		if (changes === null) return withoutModel
		const agreed = await checkedChanges(changes, surroundings)
		if (agreed !== null) return agreed
	}
}

const withoutModel: EnvChanges = { OPENAI_API_KEY: null, OPENAI_BASE_URL: null }

async function askedChanges({ prompter, current, ...surroundings }: SetupSurroundings): Promise<EnvChanges | null> {
	const now = { baseUrl: settingOf(current, 'OPENAI_BASE_URL'), apiKey: settingOf(current, 'OPENAI_API_KEY') }
	const endpoint = await chooseEndpoint({ ...surroundings, prompter, current: now })
	if (endpoint === null) return null
	const isSameEndpoint = endpoint.baseUrl === now.baseUrl && (endpoint.baseUrl !== null || now.apiKey !== null)
	return {
		OPENAI_BASE_URL: endpoint.baseUrl,
		OPENAI_API_KEY: endpoint.apiKey,
		...(await chooseModel({ prompter, endpoint, current, isSameEndpoint })),
	}
}

/** Null: the questions are asked again. */
async function checkedChanges(changes: EnvChanges, surroundings: SetupSurroundings): Promise<EnvChanges | null> {
	const { prompter } = surroundings
	prompter.say('Checking it with a small question …')
	const rows = await surroundings.check(changes)
	sayRows(rows, surroundings)
	if (!hasProblem(rows)) return changes
	const thinks = rows.some(({ fix }) => fix?.includes('THREADWISE_MODEL_KIND=reasoning') === true)
	const chosen = await prompter.choose({
		message: 'Something is not right yet. What now?',
		options: [
			...(thinks ? [{ value: 'reasoning', label: 'Treat it as a model that thinks before it writes' } as const] : []),
			{ value: 'again', label: 'Change the answers' },
			{ value: 'anyway', label: 'Keep it all the same' },
		],
	})
	if (chosen === 'reasoning') {
		return checkedChanges({ ...changes, THREADWISE_MODEL_KIND: 'reasoning' }, surroundings)
	}
	return chosen === 'anyway' ? changes : null
}

/** An empty variable counts as absent. */
function onlyReal(changes: EnvChanges, current: SetupSurroundings['current']): EnvChanges {
	return Object.fromEntries(Object.entries(changes).filter(([name, value]) => value !== settingOf(current, name)))
}

function changeLine(current: SetupSurroundings['current']) {
	return ([name, value]: readonly [string, string | null]) => {
		const before = settingOf(current, name)
		const shown = (text: string) => (/(?:KEY|TOKEN|SECRET)$/.test(name) ? endOfSecret(text) : withoutPassword(text))
		if (value === null) return `  ${name}  ${shown(before ?? '')} becomes a comment`
		return `  ${name}  ${before === null ? '' : `${shown(before)} → `}${shown(value)}`
	}
}

function withoutPassword(text: string): string {
	return text.replace(/\/\/\S*@/, '//(hidden)@')
}

function warnOfWhatWins(changes: EnvChanges, { prompter, environment }: SetupSurroundings): void {
	const set = Object.keys(changes).filter((name) => settingOf(environment, name) !== null)
	if (set.length > 0) {
		prompter.warn(`${set.join(', ')}: also set in the environment, which wins over .env. Take it out there (unset).`)
	}
}
