/** Longer than any blocking command waits: whoever has said nothing by then never will, as when the server's machine vanished. */
const deadAfterMs = 20_000
/** How long a connection is silent before the system asks whether the other side still lives. */
const keepAliveMs = 10_000
const firstReconnectMs = 100
const longestReconnectMs = 2_000
/** Shorter than platforms wait for the acknowledgement of a message. */
const answerWithinMs = 2_000

/** How a Redis server is connected to, and again after it was away, until nobody needs it any more. */
export function redisConnection(url: string, leaving: AbortSignal) {
	return {
		url,
		retryStrategy: (times: number) => (leaving.aborted ? null : reconnectDelayMs(times)),
		socketTimeout: deadAfterMs,
		keepAlive: keepAliveMs,
	}
}

/** The same for what a person waits for: it fails where a connection is lost or stays silent, instead of waiting for its return. */
export function impatientRedisConnection(url: string, leaving: AbortSignal) {
	return { ...redisConnection(url, leaving), enableOfflineQueue: false, commandTimeout: answerWithinMs }
}

/** BullMQ's own choice waits for up to 20 s after a longer outage. Half of it is drawn by chance, so that many processes don't come at once. */
function reconnectDelayMs(times: number): number {
	const longest = Math.min(longestReconnectMs, firstReconnectMs * 2 ** times)
	return Math.round(longest / 2 + Math.random() * (longest / 2))
}
