import { randomBytes } from 'node:crypto'
import { freePort } from './servers.ts'
import type { LocalSlack } from './slack/local-slack.ts'
import type { SlackTeam } from './slack/team.ts'
import type { SlackWay } from './slack-app.ts'

/** The settings with which workspaces install the app themselves, at an address of this machine. */
export type InstallingVariables = Readonly<Record<string, string>> & { readonly THREADWISE_PUBLIC_URL: string }

export async function installingVariables(slack: LocalSlack, way: SlackWay): Promise<InstallingVariables> {
	const port = await freePort()
	return {
		SLACK_API_URL: slack.apiUrl,
		SLACK_CLIENT_ID: slack.clientId,
		SLACK_CLIENT_SECRET: slack.clientSecret,
		SLACK_TOKEN_KEY: randomBytes(32).toString('hex'),
		THREADWISE_PORT: String(port),
		THREADWISE_PUBLIC_URL: `http://127.0.0.1:${port}`,
		THREADWISE_PLAYGROUND: 'off',
		...(way === 'socket' ? { SLACK_APP_TOKEN: slack.appToken } : { SLACK_SIGNING_SECRET: slack.signingSecret }),
	}
}

/** What a browser shows. */
export type ShownPage = { readonly status: number; readonly text: string }

/** An installation that was begun in a browser. */
export type BegunInstalling = {
	/** The page that offers it. */
	readonly offer: ShownPage
	/** Where its one link leads. */
	readonly link: URL
	/** What the browser remembers of it. */
	readonly cookie: string
}

/** Opens the page of an installation. */
export async function beginInstalling(origin: string): Promise<BegunInstalling> {
	const response = await fetch(`${origin}/slack/install`)
	const text = await response.text()
	const [, href = ''] = /<a class="press" href="([^"]+)"/.exec(text) ?? []
	const cookie = response.headers
		.getSetCookie()
		.map((each) => each.split(';')[0])
		.join('; ')
	return { offer: { status: response.status, text }, link: new URL(href.replaceAll('&amp;', '&')), cookie }
}

/** Decides on Slack's page, for one workspace. Returns where Slack sends the browser then, or what it says instead. */
export async function decide({ link }: Pick<BegunInstalling, 'link'>, team: SlackTeam): Promise<URL> {
	const page = new URL(link)
	page.searchParams.set('team', team.teamId)
	const response = await fetch(page, { redirect: 'manual' })
	const location = response.headers.get('location')
	if (location === null) throw new Error(await response.text())
	return new URL(location)
}

/** Opens the address to which Slack has sent the browser. */
export async function comeBack(location: URL, cookie: string): Promise<ShownPage> {
	const response = await fetch(location, { headers: { cookie }, redirect: 'manual' })
	return { status: response.status, text: await response.text() }
}

/** Installs the app in a workspace, as somebody does who clicks through all of it. */
export async function install(origin: string, team: SlackTeam): Promise<ShownPage> {
	const begun = await beginInstalling(origin)
	return comeBack(await decide(begun, team), begun.cookie)
}
