/** The longest delay a timer of Node takes; anything longer would fire at once. */
export const longestTimerMs = 2_147_483_647

/** Why a call was ended from our side. */
export type CallEnding =
	| { readonly by: 'caller'; readonly reason: unknown }
	| { readonly by: 'silence'; readonly silenceMs: number }
	| { readonly by: 'consumer' }

/** What the client sees of every ending. Each call ends by an abort, and making an error for each would cost more than the abort. */
const ended = new DOMException('The call has ended.', 'AbortError')

/**
 * The life of one request: it ends when the caller's signal aborts, when the server stays silent for too long, or when
 * it is closed. Each of them aborts `controller`, which closes the connection.
 *
 * Silence is counted only while somebody waits for the server: a slow consumer is not a silent server.
 */
export class SupervisedCall {
	readonly controller = new AbortController()
	readonly #callerSignal: AbortSignal
	readonly #silenceMs: number
	#ending: CallEnding | null = null
	#timer: NodeJS.Timeout | null = null

	constructor(callerSignal: AbortSignal, silenceMs: number) {
		this.#callerSignal = callerSignal
		this.#silenceMs = Math.min(silenceMs, longestTimerMs)
		if (callerSignal.aborted) this.#onCallerAbort()
		else callerSignal.addEventListener('abort', this.#onCallerAbort, { once: true })
	}

	get ending(): CallEnding | null {
		return this.#ending
	}

	/** Waits for the server under the watch. The work itself must listen to `controller`. */
	async watch<T>(work: Promise<T>): Promise<T> {
		this.#timer = setTimeout(this.#onSilence, this.#silenceMs)
		try {
			return await work
		} finally {
			clearTimeout(this.#timer)
			this.#timer = null
		}
	}

	/** Bytes have arrived: the silence starts anew. */
	heard(): void {
		this.#timer?.refresh()
	}

	/** Ends the call and lets go of the caller's signal; closing twice is harmless. */
	close(): void {
		this.#callerSignal.removeEventListener('abort', this.#onCallerAbort)
		this.#end({ by: 'consumer' })
	}

	readonly #onCallerAbort = (): void => this.#end({ by: 'caller', reason: this.#callerSignal.reason })

	readonly #onSilence = (): void => this.#end({ by: 'silence', silenceMs: this.#silenceMs })

	#end(ending: CallEnding): void {
		if (this.#ending !== null) return
		this.#ending = ending
		this.controller.abort(ended)
	}
}
