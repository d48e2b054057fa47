import { stringify } from 'yaml'
import { type ManifestReceives, manifestLink, slackManifest } from '../../../adapters/slack/index.ts'
import { ThreadwiseError } from '../../core/errors.ts'

export type ManifestChoices = {
	readonly name: string
	/** Where Slack reaches us; null: over Socket Mode, which needs no address. */
	readonly url: string | null
	readonly format: 'json' | 'yaml'
}

/** What Slack takes as the name of an app. */
const longestName = 35

/**
 * The manifest for Slack on standard output; what to do with it, and a link that does half of it, on standard error.
 * @throws ThreadwiseError `usage` if Slack wouldn't take the name or the address.
 */
export function printSlackManifest({ name, url, format }: ManifestChoices): void {
	const given = name.trim()
	if (given === '' || given.length > longestName) throw unusableName(given)
	const manifest = slackManifest(given, receivesAt(url))
	process.stdout.write(format === 'yaml' ? stringify(manifest) : `${JSON.stringify(manifest, null, 2)}\n`)
	process.stderr.write(`\n${nextSteps(manifestLink(manifest), url !== null)}\n`)
}

function receivesAt(url: string | null): ManifestReceives {
	if (url === null) return { over: 'socket' }
	const parsed = URL.parse(url)
	const isPlain = parsed?.protocol === 'https:' && parsed.username === '' && parsed.search === '' && parsed.hash === ''
	if (!isPlain) throw unusableAddress()
	return { over: 'http', url }
}

function nextSteps(link: string, isOverHttp: boolean): string {
	const way = isOverHttp
		? [
				'  3. Basic Information, App Credentials: copy the Signing Secret (SLACK_SIGNING_SECRET=…).',
				'  4. Start Threadwise; then Event Subscriptions, Retry: Slack asks your address whether it is yours.',
			]
		: [
				'  3. Basic Information, App-Level Tokens: make one with connections:write (SLACK_APP_TOKEN=xapp-…).',
				'  4. Start Threadwise, and invite it to a channel: /invite @threadwise.',
			]
	return [
		'What to do next',
		'  1. Open the link below, choose your workspace and create the app. Or paste the manifest at https://api.slack.com/apps.',
		'  2. Install it to the workspace; OAuth & Permissions: copy the Bot User OAuth Token (SLACK_BOT_TOKEN=xoxb-…).',
		...way,
		...(isOverHttp
			? [
					'For several workspaces, copy the Client ID and the Client Secret instead of a token: docs/slack.md, Several workspaces.',
				]
			: []),
		'`npm run -s threadwise -- setup` asks for them, checks them and writes them down. docs/slack.md is the guide.',
		'',
		link,
	].join('\n')
}

function unusableName(name: string): ThreadwiseError {
	const found = name === '' ? 'none' : `one of ${name.length}`
	return new ThreadwiseError('usage', `Slack takes a name of 1 to ${longestName} characters, and this is ${found}.`, {
		fix: 'Choose a shorter one: --name "Threadwise".',
	})
}

function unusableAddress(): ThreadwiseError {
	return new ThreadwiseError('usage', 'Slack sends requests to https addresses only, without a query.', {
		fix: 'Name the address by which Slack reaches you: --url https://threadwise.example.com. Or leave --url out and use Socket Mode.',
	})
}
