import { SlackRefusal } from './refusal.ts'
import type { Workspace } from './workspace.ts'

/** The page on which whoever looks after a workspace allows an app what it asks for; here they have decided before. */
export type ConsentAnswer = { readonly status: number; readonly location: string | null; readonly text: string }

/** What an app asks for in the address that it sends people to. `team` names the workspace; without it, it is the first one. */
export function askConsent(workspaces: readonly Workspace[], asked: URLSearchParams): ConsentAnswer {
	const team = asked.get('team')
	const workspace = workspaces.find(({ team: { id } }) => team === null || id === team)
	if (workspace === undefined) return refusedPage('invalid_team_id')
	const { app, options, identifiers } = workspace
	const redirectUri = asked.get('redirect_uri')
	if (asked.get('client_id') !== app.clientId) return refusedPage('invalid_client_id')
	if (redirectUri === null || !isRegistered(redirectUri, options.redirectUrls)) return refusedPage('bad_redirect_uri')
	const scopes = asked.get('scope')?.split(',') ?? []
	if (!scopes.every((scope) => options.scopes.includes(scope))) return refusedPage('invalid_scope')
	const answer = new URLSearchParams({ state: asked.get('state') ?? '' })
	if (workspace.declinesInstalling) answer.set('error', 'access_denied')
	else {
		const code = identifiers.next('code-')
		workspace.authorizationCodes.set(code, redirectUri)
		answer.set('code', code)
	}
	return { status: 302, location: `${redirectUri}?${answer}`, text: '' }
}

/** An address matches one that it begins with. */
function isRegistered(address: string, registered: readonly string[] | null): boolean {
	return registered === null || registered.some((each) => address.startsWith(each))
}

function refusedPage(text: string): ConsentAnswer {
	return { status: 400, location: null, text }
}

/** Exchanges a code, once. A workspace that has the app keeps its token; one that had taken it off gets another. */
export function exchangeCode(workspace: Workspace, code: string, redirectUri: string | undefined): string {
	const { authorizationCodes, tokens, spentTokens, identifiers } = workspace
	const expected = authorizationCodes.get(code)
	if (expected === undefined) throw new SlackRefusal('invalid_code')
	authorizationCodes.delete(code)
	if (expected !== null && expected !== redirectUri) throw new SlackRefusal('bad_redirect_uri')
	if (workspace.tokenRefusal !== null) {
		spentTokens.set(tokens.bot, workspace.tokenRefusal)
		tokens.bot = identifiers.next('xoxb-local-')
	}
	workspace.tokenRefusal = null
	workspace.isInstalled = true
	return tokens.bot
}

/** The bot's token is no longer good. */
export function revokeToken(workspace: Workspace, refusal = 'token_revoked'): void {
	workspace.tokenRefusal = refusal
	workspace.publish({ type: 'tokens_revoked', tokens: { oauth: [], bot: [workspace.bot.id] } })
}

/** The app is taken off a workspace, which tells it nothing more after that. */
export function uninstall(workspace: Workspace): void {
	revokeToken(workspace, 'account_inactive')
	workspace.publish({ type: 'app_uninstalled' })
	workspace.isInstalled = false
}
