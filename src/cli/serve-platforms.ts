import { AbortedError } from '../core/abort.ts'
import type { ChatPlatform, PlatformEvents } from '../core/chat-platform.ts'
import type { DeliveryStore } from '../core/delivery-store.ts'
import { type DeliveryDependencies, startDelivery } from '../delivery/index.ts'
import type { Intake, ReadEarlier } from '../intake/index.ts'
import type { OpenParts } from './open-parts.ts'

export type PlatformParts = Pick<DeliveryDependencies, 'follow' | 'read' | 'owner' | 'onTrouble' | 'onRelief'> & {
	readonly intake: Intake
	readonly deliveryStore: DeliveryStore
}

/**
 * Takes what people write on platforms and shows them what comes of it. Platforms are started last and closed first, so that nothing
 * is taken which nobody here would show.
 */
export async function servePlatforms(
	platforms: readonly ChatPlatform[],
	{ intake, deliveryStore, ...parts }: PlatformParts,
	opened: OpenParts,
): Promise<void> {
	const delivery = opened.use('delivery', startDelivery({ ...parts, store: deliveryStore, platforms }))
	const leaving = new AbortController()
	opened.defer('platforms', () => leaving.abort(new AbortedError('shutdown')))
	const eventsOf = (platform: ChatPlatform): PlatformEvents => ({
		message: async (message) => {
			await intake.receive(message, earlierOn(platform, leaving.signal))
			delivery.look()
		},
		edit: async (message) => {
			const result = await intake.edit(message, earlierOn(platform, leaving.signal))
			delivery.look()
			return result
		},
		overhear: intake.overhear,
		...intake.actions,
		removed: intake.removed,
		again: async (runId, kind, actor) => {
			const begun = await intake.actions.again(runId, kind, actor)
			delivery.look()
			return begun
		},
	})
	for (const platform of platforms) await platform.start(eventsOf(platform), leaving.signal)
}

/** Whoever leaves waits for nothing: the next question in that conversation has it read again. */
function earlierOn(platform: ChatPlatform, signal: AbortSignal): ReadEarlier {
	return async (message) => {
		const left = Promise.withResolvers<never>()
		const leave = () => left.reject(signal.reason)
		signal.addEventListener('abort', leave, { once: true })
		return Promise.race([platform.readEarlier(message), left.promise]).finally(() =>
			signal.removeEventListener('abort', leave),
		)
	}
}
