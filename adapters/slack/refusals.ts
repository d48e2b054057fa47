import { webApi } from '@slack/bolt'
import { ThreadwiseError } from '../../src/core/errors.ts'

/** What Slack can't do now and may be able to do in a moment. */
const passing: ReadonlySet<string> = new Set([
	...['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout', 'ratelimited', 'rate_limited'],
	...['team_added_to_org', 'external_channel_migrating', 'accesslimited'],
])

/** What somebody has to put right; until then every message waits. */
const keys: ReadonlySet<string> = new Set([
	...['not_authed', 'invalid_auth', 'account_inactive', 'token_revoked', 'token_expired', 'missing_scope'],
	...['no_permission', 'not_allowed_token_type', 'org_login_required', 'ekm_access_denied'],
])
const keyRetryMs = 60_000

const fixes: Readonly<Record<string, string>> = {
	not_in_channel: 'Invite the bot to the channel.',
	channel_not_found: 'Invite the bot to the channel; it may be private, or gone.',
	is_archived: 'Restore the channel, or ask in another one.',
	restricted_action: 'Ask an admin of the workspace to let the bot write there.',
	missing_scope: 'Install the app again with the permissions of its manifest.',
}

/** The error family of Threadwise for whatever a call to Slack throws. */
export function fromSlack(error: unknown): unknown {
	if (error instanceof webApi.WebAPIRateLimitedError) return tooFast(error.retryAfter * 1_000, error)
	if (error instanceof webApi.WebAPIPlatformError) return refusal(error)
	if (error instanceof webApi.WebAPIHTTPError || error instanceof webApi.WebAPIRequestError)
		return away(error.message, error)
	return error
}

/** Slack's own word for what it has refused; null for any other error. */
export function slackCodeOf(error: unknown): string | null {
	const cause = error instanceof ThreadwiseError ? error.cause : error
	return cause instanceof webApi.WebAPIPlatformError ? cause.data.error : null
}

/** After which time Slack takes it, having done nothing; null for anything else. */
export function waitMsOf(error: unknown): number | null {
	if (!(error instanceof ThreadwiseError) || error.code !== 'platform-unavailable') return null
	return error.retry === 'never' ? null : error.retry.afterMs
}

/** Whether Slack takes it only later, and has done nothing. */
export function isTooFast(error: unknown): boolean {
	return waitMsOf(error) !== null
}

/** Whether Slack won't do it, and has done nothing. */
export function isRefusal(error: unknown): boolean {
	return error instanceof ThreadwiseError && error.code === 'platform-refused'
}

export function tooFast(afterMs: number, cause?: unknown): ThreadwiseError {
	return new ThreadwiseError('platform-unavailable', 'Slack takes no more messages at the moment.', {
		fix: 'Nothing: it goes on by itself.',
		retry: { afterMs },
		cause,
	})
}

export function away(why: string, cause: unknown): ThreadwiseError {
	return new ThreadwiseError('platform-unavailable', `Slack doesn't answer: ${why}`, {
		fix: 'Nothing, if it passes; else see https://slack-status.com and the network.',
		retry: { afterMs: null },
		cause,
	})
}

function refusal(error: webApi.WebAPIPlatformError): ThreadwiseError {
	const code = error.data.error
	if (passing.has(code)) return away(code, error)
	const isKey = keys.has(code)
	const fix =
		fixes[code] ?? (isKey ? 'Check SLACK_BOT_TOKEN and SLACK_APP_TOKEN.' : `Look up ${code} at https://docs.slack.dev.`)
	return new ThreadwiseError('platform-refused', `Slack refused: ${code}.`, {
		fix,
		retry: isKey ? { afterMs: keyRetryMs } : 'never',
		cause: error,
	})
}
