import { z } from 'zod'
import type { PlatformEvents } from '../../src/core/chat-platform.ts'
import type { SlackOptions } from './config.ts'
import { platformName } from './receive.ts'

/** What Slack tells when a workspace has taken the app off, or its token is no longer good; the time is in seconds. */
const removalSchema = z.object({
	team_id: z.string(),
	event_time: z.number(),
	event: z.discriminatedUnion('type', [
		z.object({ type: z.literal('app_uninstalled') }),
		// Tokens of people may be revoked as well; none of them is used.
		z.object({ type: z.literal('tokens_revoked'), tokens: z.object({ bot: z.array(z.string()).min(1) }) }),
	]),
})

/**
 * Forgets a workspace that has taken the app off, and ends what was being answered there. Both events tell of it, in any order, and
 * may come when the app is installed again already: then they mean nothing. A single token isn't ours to forget.
 */
export function createRemovals(
	{ access, installations }: Pick<SlackOptions, 'access' | 'installations'>,
	events: Pick<PlatformEvents, 'removed'>,
): (body: unknown) => Promise<void> {
	return async (body) => {
		const { data } = removalSchema.safeParse(body)
		if (data === undefined || access.by === 'token' || installations === null) return
		const place = { platform: platformName, workspaceId: data.team_id }
		// The token first: nothing may be posted from now on.
		await installations.remove(place, endOf(data.event_time))
		if ((await installations.find(place)) === null) await events.removed(place)
	}
}

/** Slack's time has no parts of a second: it may have happened until the next one. */
function endOf(seconds: number): string {
	return new Date((seconds + 1) * 1_000).toISOString()
}
