import type { IncomingMessage, ServerResponse } from 'node:http'
import { webApi } from '@slack/bolt'
import { type Installation, InstallProvider, type InstallProviderOptions } from '@slack/oauth'
import type { InstallationStore } from '../../src/core/installation-store.ts'
import { english } from '../../src/rendering/index.ts'
import { writeCredentials } from './bots.ts'
import { webOptions } from './client.ts'
import type { SlackApp, SlackOptions } from './config.ts'
import { failurePage, type InstallPage } from './install-failures.ts'
import { installPage, pageHeaders } from './install-pages.ts'
import { slackScopes } from './manifest.ts'
import { installPath, redirectPath } from './paths.ts'
import { quietLogger } from './quiet-logger.ts'
import { platformName } from './receive.ts'

/** Takes what browsers ask for. */
export type Installer = {
	install(request: IncomingMessage, response: ServerResponse): void
	/** Ends an installation that has begun in the same browser. */
	complete(request: IncomingMessage, response: ServerResponse): void
}

type InstallerOptions = Pick<SlackOptions, 'access' | 'apiUrl' | 'installations' | 'onTrouble'> & {
	readonly timeoutMs: number
}

const { install: texts } = english
const title = 'Slack'

/** How people install the app in their workspaces, after OAuth 2; null where there is one token. */
export function createInstaller(options: InstallerOptions): Installer | null {
	const { access, installations, apiUrl, timeoutMs, onTrouble } = options
	if (access.by === 'token' || installations === null) return null
	const clientOptions = webOptions(apiUrl, timeoutMs)
	const provider = createProvider(access, installations, clientOptions, apiUrl)
	const fail = (response: ServerResponse, error: unknown) => {
		const page = failurePage(error)
		if (page.isTrouble) onTrouble(error)
		answer(response, page)
	}
	return {
		install: (request, response) => {
			setHeaders(response)
			provider.handleInstallPath(request, response).catch((error: unknown) => fail(response, error))
		},
		complete: (request, response) => {
			setHeaders(response)
			const finished = provider.handleCallback(request, response, {
				afterInstallation: async (installation) => {
					const refusal = refusalOf(installation, access)
					if (refusal !== null) await undo(installation, access, clientOptions, onTrouble)
					if (refusal !== null) answer(response, refusal)
					return refusal === null
				},
				success: (installation) => answer(response, installedPage(installation)),
				failure: (error) => fail(response, error),
			})
			finished.catch((error: unknown) => fail(response, error))
		},
	}
}

function createProvider(
	{ clientId, clientSecret, stateSecret, publicUrl }: SlackApp,
	installations: InstallationStore,
	clientOptions: webApi.WebClientOptions,
	apiUrl: string | null,
): InstallProvider {
	const permissions = Object.values<string>(slackScopes)
	return new InstallProvider({
		clientId,
		clientSecret,
		stateSecret,
		installationStore: keeping(installations),
		installUrlOptions: { scopes: Object.keys(slackScopes), redirectUri: `${publicUrl}${redirectPath}` },
		renderHtmlForInstallPath: (href) =>
			installPage({ ...texts.offer, permissions, link: { href, label: texts.install(title) } }),
		clientOptions,
		// It would tell of people who have changed their mind; what is trouble, we tell ourselves.
		logger: quietLogger(() => {}),
		...(apiUrl === null ? {} : { authorizationUrl: new URL('/oauth/v2/authorize', apiUrl).href }),
	})
}

/** Bolt's way of keeping installations, in our store. It is never asked for one: the adapter reads the store itself. */
function keeping(installations: InstallationStore): NonNullable<InstallProviderOptions['installationStore']> {
	return {
		storeInstallation: async ({ team, bot }) => {
			if (team === undefined || bot === undefined) throw new TypeError('Slack has sent no token of a bot.')
			const { token, userId, id: botId } = bot
			const credentials = writeCredentials({ token, userId, botId })
			const place = { platform: platformName, workspaceId: team.id }
			await installations.save({ ...place, name: team.name ?? team.id, credentials })
		},
		fetchInstallation: () => Promise.reject(new TypeError('Installations are read from the store.')),
	}
}

/** Why an installation isn't kept although Slack has granted it. */
function refusalOf({ team, isEnterpriseInstall }: Installation, { allowedWorkspaces }: SlackApp): InstallPage | null {
	if (isEnterpriseInstall === true || team === undefined)
		return { status: 403, ...texts.wholeOrganization, link: again }
	if (allowedWorkspaces === null || allowedWorkspaces.includes(team.id)) return null
	return { status: 403, ...texts.notAllowed(team.name ?? team.id), link: null }
}

/** What isn't kept shall not stay with Slack either. */
async function undo(
	{ bot }: Installation,
	{ clientId: client_id, clientSecret: client_secret }: SlackApp,
	clientOptions: webApi.WebClientOptions,
	onTrouble: (error: unknown) => void,
): Promise<void> {
	if (bot === undefined) return
	const web = new webApi.WebClient(bot.token, { ...clientOptions, logger: quietLogger(() => {}) })
	await web.apps.uninstall({ client_id, client_secret }).catch(onTrouble)
}

const again = { href: installPath, label: texts.installAgain }

function installedPage({ team, appId }: Installation): InstallPage {
	const href = `https://slack.com/app_redirect?${new URLSearchParams({ app: appId ?? '', team: team?.id ?? '' })}`
	return { status: 200, ...texts.installed(team?.name ?? team?.id ?? title), link: { href, label: texts.open(title) } }
}

function setHeaders(response: ServerResponse): void {
	for (const [name, value] of Object.entries(pageHeaders)) response.setHeader(name, value)
}

function answer(response: ServerResponse, { status, ...page }: InstallPage): void {
	response.writeHead(status).end(installPage(page))
}
