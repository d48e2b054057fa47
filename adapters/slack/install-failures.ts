import { webApi } from '@slack/bolt'
import { AuthorizationError, InvalidStateError, MissingCodeError, MissingStateError } from '@slack/oauth'
import { english } from '../../src/rendering/index.ts'
import type { Page } from './install-pages.ts'
import { installPath } from './paths.ts'

/** A page with its HTTP status. */
export type InstallPage = Page & { readonly status: number }

/** What Slack answers where a code was used before, or too late. */
const staleCodes: ReadonlySet<string> = new Set(['invalid_code', 'code_already_used'])

const { install: texts } = english
const platform = 'Slack'

/** What people read when an installation didn't come to its end, and whether whoever runs Threadwise should hear of it. */
export function failurePage(error: unknown): InstallPage & { readonly isTrouble: boolean } {
	const link = { href: installPath, label: texts.installAgain }
	// Bolt has no other use for it here.
	if (error instanceof AuthorizationError) return { status: 200, ...texts.declined, link, isTrouble: false }
	if (error instanceof InvalidStateError || error instanceof MissingStateError || error instanceof MissingCodeError) {
		return { status: 400, ...texts.stale, link, isTrouble: false }
	}
	if (error instanceof webApi.WebAPIPlatformError) {
		const why = error.data.error
		if (staleCodes.has(why)) return { status: 400, ...texts.stale, link, isTrouble: false }
		return { status: 502, ...texts.refused(platform, why), link, isTrouble: true }
	}
	const isAway = [webApi.WebAPIRequestError, webApi.WebAPIHTTPError, webApi.WebAPIRateLimitedError].some(
		(kind) => error instanceof kind,
	)
	if (isAway) return { status: 502, ...texts.away(platform), link, isTrouble: true }
	return { status: 503, ...texts.notKept, link, isTrouble: true }
}
