import { type ManifestReceives, manifestLink, slackManifest } from '../../../adapters/slack/index.ts'
import { problemWith } from '../../config/index.ts'
import { endOfSecret } from './endpoint.ts'
import { type EnvChanges, settingOf } from './env-text.ts'
import type { Prompter } from './prompter.ts'
import { askWish, type Wish } from './wish.ts'

export type SlackQuestions = {
	readonly prompter: Prompter
	/** The variables that are set now. */
	readonly current: Readonly<Record<string, string | undefined>>
}

const slackVariables = ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET'] as const
type SlackVariable = (typeof slackVariables)[number]
/** With these, several workspaces install the app: set up by hand, and nothing that goes with a bot token. */
const installingVariables = [
	...(['SLACK_CLIENT_ID', 'SLACK_CLIENT_SECRET', 'SLACK_TOKEN_KEY'] as const),
	...(['SLACK_STATE_SECRET', 'SLACK_ALLOWED_WORKSPACES'] as const),
] as const

const namesOfSecrets: Readonly<Record<SlackVariable, string>> = {
	SLACK_BOT_TOKEN: 'The Bot User OAuth Token, xoxb-… (OAuth & Permissions)',
	SLACK_APP_TOKEN: 'An App-Level Token with connections:write, xapp-… (Basic Information)',
	SLACK_SIGNING_SECRET: 'The Signing Secret (Basic Information, App Credentials)',
}

/** Whether Slack is wanted. */
export function wantsSlack({ prompter, current }: SlackQuestions): Promise<Wish> {
	const isSet = [...slackVariables, ...installingVariables].some((name) => settingOf(current, name) !== null)
	return askWish(prompter, { title: 'Slack', isSet, takes: 'takes five minutes, and the right to install apps' })
}

const withoutInstalling: EnvChanges = Object.fromEntries(installingVariables.map((name) => [name, null]))

export const withoutSlack: EnvChanges = {
	...Object.fromEntries(slackVariables.map((name) => [name, null])),
	...withoutInstalling,
}

/** Asks how Slack is to be connected, with a link that makes the app. Returns the variables that say so. */
export async function askSlack(questions: SlackQuestions): Promise<EnvChanges> {
	const { prompter, current } = questions
	const receives = await askWay(questions)
	if (settingOf(current, 'SLACK_BOT_TOKEN') === null) showSteps(prompter, receives)
	const botToken = await askSecret('SLACK_BOT_TOKEN', questions)
	if (receives.over === 'socket') {
		const appToken = await askSecret('SLACK_APP_TOKEN', questions)
		return { ...withoutInstalling, SLACK_BOT_TOKEN: botToken, SLACK_APP_TOKEN: appToken }
	}
	const signingSecret = await askSecret('SLACK_SIGNING_SECRET', questions)
	// With an app token, it would be Socket Mode.
	return { ...withoutInstalling, SLACK_BOT_TOKEN: botToken, SLACK_APP_TOKEN: null, SLACK_SIGNING_SECRET: signingSecret }
}

async function askWay({ prompter, current }: SlackQuestions): Promise<ManifestReceives> {
	const isHttp = settingOf(current, 'SLACK_APP_TOKEN') === null && settingOf(current, 'SLACK_SIGNING_SECRET') !== null
	const over = await prompter.choose({
		message: 'How does Slack reach Threadwise?',
		options: [
			{ value: 'socket', label: 'Socket Mode', hint: 'needs no address: works on a laptop and behind a firewall' },
			{ value: 'http', label: 'Requests to an https address of yours' },
		] as const,
		initial: isHttp ? 'http' : 'socket',
	})
	if (over === 'socket') return { over }
	const publicUrl = settingOf(current, 'THREADWISE_PUBLIC_URL')
	const url = await prompter.ask({
		message: 'By which address?',
		placeholder: 'https://threadwise.example.com',
		...(publicUrl === null ? {} : { initial: publicUrl }),
		check: (answer) =>
			URL.parse(answer)?.protocol === 'https:' ? null : 'An https address, such as https://threadwise.example.com',
	})
	return { over, url }
}

function showSteps(prompter: Prompter, receives: ManifestReceives): void {
	prompter.say(
		[
			'The link below makes the app: open it, choose your workspace, and create the app.',
			'Install it to the workspace, and come back with what is asked for.',
			'docs/slack.md shows each step.',
		].join('\n'),
	)
	prompter.show(manifestLink(slackManifest('Threadwise', receives)))
}

async function askSecret(name: SlackVariable, { prompter, current }: SlackQuestions): Promise<string> {
	const known = settingOf(current, name)
	if (known !== null) {
		const options = [
			{ value: 'keep', label: `Keep ${endOfSecret(known)}` },
			{ value: 'new', label: 'Enter another one' },
		] as const
		if ((await prompter.choose({ message: namesOfSecrets[name], options })) === 'keep') return known
	}
	return prompter.askSecret({ message: namesOfSecrets[name], check: (answer) => wrongWith(name, answer) })
}

function wrongWith(name: SlackVariable, answer: string): string | null {
	if (answer === '') return 'Without it, Slack can not be connected. Ctrl-C leaves; what is written so far stays.'
	const problem = problemWith(name, answer)
	return problem === null ? null : `Found ${problem.found}; expected ${problem.expected}. ${problem.fix}`
}
