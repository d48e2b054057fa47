import { createHmac } from 'node:crypto'
import type { TokenHolder } from './config.ts'
import { sameText } from './same-text.ts'

/**
 * What keys of runs are made of: the token of the first admin, since whoever knows it can make them for every run. Null where there
 * is none, and so no link.
 */
export function linkSecretOf(people: readonly TokenHolder[]): string | null {
	return people.find(({ isAdmin }) => isAdmin)?.token ?? null
}

/** The address of a run's page for whoever is given it: the key lets that run be read, and nothing else. */
export function runPageUrl(publicUrl: string, secret: string, runId: string): string {
	return `${publicUrl}/runs/${encodeURIComponent(runId)}?key=${runKey(secret, runId)}`
}

export function isRunKey(key: string, secret: string, runId: string): boolean {
	return sameText(key, runKey(secret, runId))
}

/** The secret stays what it is for: keys of runs say nothing about sessions or the token itself. */
function runKey(secret: string, runId: string): string {
	return createHmac('sha256', secret).update(`run page ${runId}`).digest('base64url')
}
