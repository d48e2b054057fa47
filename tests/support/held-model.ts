import { servePractice } from './practice-server.ts'
import { type RecordedRequest, type ScriptedStep, startScriptedModelServer } from './scripted-model-server.ts'

/** The real practice model behind a door, so that a test can look at a run in the middle of whatever it likes. */
export type HeldModel = AsyncDisposable & {
	/** The address to give to a client, ending in `/v1`. */
	readonly baseUrl: string
	readonly requests: readonly RecordedRequest[]
	/** From now on, requests of this node of a workflow get no answer until they are let go. */
	hold(nodeId: string): Hold
	/** From now on, requests of this node get this and nothing of the practice model, until it is disposed. */
	script(nodeId: string, step: ScriptedStep): Disposable
}

/** Disposing it lets go as well. */
export type Hold = Disposable & {
	/** The first request that was held. */
	readonly held: Promise<RecordedRequest>
	letGo(): void
}

/** Starts the practice model with the arguments of its command line. */
export async function startHeldModel(args: readonly string[] = []): Promise<HeldModel> {
	await using opened = new AsyncDisposableStack()
	const practice = opened.use(await servePractice(args))
	const doors = new Map<string, Door>()
	const scripts = new Map<string, ScriptedStep>()
	const server = opened.use(
		await startScriptedModelServer(async (request) => {
			await doors.get(nodeOf(request))?.pass(request)
			return scripts.get(nodeOf(request)) ?? passOn(practice.baseUrl)
		}),
	)
	const closing = opened.move()
	return {
		baseUrl: server.baseUrl,
		requests: server.requests,
		hold: (nodeId) => {
			const door = createDoor()
			doors.set(nodeId, door)
			const letGo = () => {
				if (doors.get(nodeId) === door) doors.delete(nodeId)
				door.open()
			}
			return { held: door.first, letGo, [Symbol.dispose]: letGo }
		},
		script: (nodeId, step) => {
			scripts.set(nodeId, step)
			return { [Symbol.dispose]: () => void scripts.delete(nodeId) }
		},
		[Symbol.asyncDispose]: () => closing.disposeAsync(),
	}
}

/** The node of the workflow for which a request is made: calls are named `<run>/<node>/<key>`. */
export function nodeOf({ headers }: RecordedRequest): string {
	return String(headers['x-threadwise-call'] ?? '').split('/')[1] ?? ''
}

type Door = {
	readonly first: Promise<RecordedRequest>
	/** Resolves when the request may go on, or its caller has gone. */
	pass(request: RecordedRequest): Promise<void>
	open(): void
}

function createDoor(): Door {
	const first = Promise.withResolvers<RecordedRequest>()
	const opened = Promise.withResolvers<void>()
	return {
		first: first.promise,
		pass: async (request) => {
			first.resolve(request)
			await Promise.race([opened.promise, request.closed])
		},
		open: () => opened.resolve(),
	}
}

function passOn(baseUrl: string): ScriptedStep {
	return async (request, response) => {
		if (request.closedEarly) return
		const leaving = new AbortController()
		void request.closed.then(() => leaving.abort())
		const url = `${baseUrl}${request.path.replace(/^\/v1/, '')}`
		const body = JSON.stringify(request.body)
		try {
			const headers = { 'content-type': 'application/json' }
			const answer = await fetch(url, { method: 'POST', headers, body, signal: leaving.signal })
			response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
			for await (const piece of answer.body ?? []) response.write(piece)
			response.end()
		} catch (error) {
			if (!request.closedEarly) response.destroy(error instanceof Error ? error : undefined)
		}
	}
}
