import { AbortedError } from '../core/abort.ts'
import type { ChatPlatform, PlatformEvents } from '../core/chat-platform.ts'
import type { DeliveryStore } from '../core/delivery-store.ts'
import { type DeliveryDependencies, startDelivery } from '../delivery/index.ts'
import type { Intake } from '../intake/index.ts'
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
	const events: PlatformEvents = {
		message: async (message) => {
			await intake.receive(message)
			delivery.look()
		},
		edit: async (message) => {
			const result = await intake.edit(message)
			delivery.look()
			return result
		},
		...intake.actions,
		removed: intake.removed,
		again: async (runId, kind, actor) => {
			const begun = await intake.actions.again(runId, kind, actor)
			delivery.look()
			return begun
		},
	}
	for (const platform of platforms) await platform.start(events, leaving.signal)
}
