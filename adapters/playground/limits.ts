import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'

/** How much one person and one address may do. */
export type LimitSettings = {
	readonly questionsPerMinute: number
	/** Of everything else that changes something. */
	readonly writesPerMinute: number
	/** Of attempts to come in that fail. */
	readonly failedLoginsPerMinute: number
	/** Streams that are open at the same time, of one address. */
	readonly streams: number
	/** Streams that are opened, of one address: what reconnects too eagerly is slowed down. */
	readonly streamsPerMinute: number
}

export const usualLimits: LimitSettings = {
	questionsPerMinute: 20,
	writesPerMinute: 120,
	failedLoginsPerMinute: 10,
	streams: 256,
	streamsPerMinute: 600,
}

export type LimitedAction = 'question' | 'write' | 'failed-login' | 'stream'

export type Limits = {
	/** Counts an action for each of these. Returns how long to wait if it is one too many for any of them, else null. */
	count(action: LimitedAction, whose: readonly string[]): Promise<number | null>
	/** Counts a stream until it is disposed; null if there are too many. */
	openStream(address: string): Disposable | null
}

export function createLimits(choices: Partial<LimitSettings> = {}): Limits {
	const settings = { ...usualLimits, ...choices }
	const perMinute = (points: number) => new RateLimiterMemory({ points, duration: 60 })
	const limiters: Readonly<Record<LimitedAction, RateLimiterMemory>> = {
		question: perMinute(settings.questionsPerMinute),
		write: perMinute(settings.writesPerMinute),
		'failed-login': perMinute(settings.failedLoginsPerMinute),
		stream: perMinute(settings.streamsPerMinute),
	}
	const streams = new Map<string, number>()
	return {
		count: async (action, whose) => {
			const waits = await Promise.all(whose.map((who) => waitAfter(limiters[action].consume(who))))
			const longest = Math.max(...waits)
			return longest > 0 ? longest : null
		},
		openStream: (address) => {
			const open = streams.get(address) ?? 0
			if (open >= settings.streams) return null
			streams.set(address, open + 1)
			return { [Symbol.dispose]: () => giveBack(streams, address) }
		},
	}
}

function giveBack(streams: Map<string, number>, address: string): void {
	const left = (streams.get(address) ?? 1) - 1
	if (left === 0) streams.delete(address)
	else streams.set(address, left)
}

/** How long to wait after what a limiter has said; 0: not at all. It rejects with its state where it refuses. */
function waitAfter(consumed: Promise<RateLimiterRes>): Promise<number> {
	return consumed.then(
		() => 0,
		(refused: unknown) => {
			if (refused instanceof RateLimiterRes) return Math.max(1, refused.msBeforeNext)
			throw refused
		},
	)
}
