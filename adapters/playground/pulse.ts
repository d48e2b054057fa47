import { setTimeout as sleep } from 'node:timers/promises'
import type { Conversation } from '../../src/core/conversation.ts'
import type { ConversationReader } from '../../src/core/conversation-reader.ts'

/** A conversation that somebody looks at, and how to read it anew. */
export type PulseTarget = { readonly conversation: Conversation; refresh(): Promise<void> }

export type PulseDependencies = {
	readonly conversations: Pick<ConversationReader, 'marks'>
	/** Those that are open now, each the same object as long as it is. */
	readonly targets: () => readonly PulseTarget[]
	readonly pollMs: number
	/** After so long a conversation is read whether or not its mark has changed: a mark doesn't know everything. */
	readonly readAnywayMs: number
	readonly onTrouble: (error: unknown) => void
}

/**
 * Looks for what other processes have recorded: one question to the store for all conversations that are open, however many, and a
 * reading only of those of which the mark has changed. Goes on by itself until none is open; `wake` when one is.
 */
export function createPulse(dependencies: PulseDependencies): { wake(): void } {
	const { targets, pollMs, onTrouble } = dependencies
	const known = new WeakMap<PulseTarget, Known>()
	let isBeating = false
	const beatOn = async () => {
		while (targets().length > 0) {
			await beat(dependencies, known).catch(onTrouble)
			await sleep(pollMs, undefined, { ref: false })
		}
		isBeating = false
	}
	return {
		wake: () => {
			if (isBeating) return
			isBeating = true
			void beatOn()
		},
	}
}

type Known = { readonly mark: string; readonly readAt: number }

async function beat(
	{ conversations, targets, readAnywayMs, onTrouble }: PulseDependencies,
	known: WeakMap<PulseTarget, Known>,
): Promise<void> {
	const open = targets()
	const marks = await conversations.marks(open.map(({ conversation }) => conversation))
	const look = async (target: PulseTarget, mark: string) => {
		const last = known.get(target)
		const readAt = performance.now()
		if (last?.mark === mark && readAt - last.readAt < readAnywayMs) return
		await target.refresh()
		// Only now: what couldn't be read is tried again.
		known.set(target, { mark, readAt })
	}
	await Promise.all(open.map((target, index) => look(target, marks[index] ?? '').catch(onTrouble)))
}
