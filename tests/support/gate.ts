import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A way to a server on which everything can go wrong that goes wrong between machines, and then be well again. */
export type Gate = AsyncDisposable & {
	readonly url: string
	/** As if the server were gone: connections are cut, and new ones refused. */
	shut(): Promise<void>
	/** As if the server were frozen: connections stay and are accepted, and nothing passes in either direction. */
	hang(): void
	/** Whatever passes, in either direction, takes this much longer. */
	slow(delayMs: number): void
	/** All is well again. What was held back while it hung passes. A new server may have taken the place of the old one. */
	open(newTarget?: string): Promise<void>
}

/** Puts a gate in front of the server at the address. */
export async function openGate(target: string): Promise<Gate> {
	let { hostname, port } = new URL(target)
	const sockets = new Set<Socket>()
	let delayMs = 0
	let passable = Promise.resolve()
	let endHanging = () => {}
	const passes = async () => {
		if (delayMs > 0) await sleep(delayMs)
		await passable
	}
	const keep = (socket: Socket) => {
		sockets.add(socket)
		socket.setNoDelay(true)
		socket.on('error', () => socket.destroy())
		socket.on('close', () => sockets.delete(socket))
	}
	const forward = (socket: Socket) => {
		const onward = connect(Number(port), hostname)
		for (const each of [socket, onward]) keep(each)
		passOn(socket, onward, passes)
		passOn(onward, socket, passes)
	}
	let server = await listen(forward, 0)
	const ownPort = portOf(server)
	const url = new URL(target)
	url.port = String(ownPort)
	const shut = async () => {
		if (!server.listening) return
		const closed = once(server, 'close')
		server.close()
		for (const socket of sockets) socket.destroy()
		await closed
	}
	return {
		url: url.href,
		shut,
		hang: () => {
			const { promise, resolve } = Promise.withResolvers<void>()
			passable = promise
			endHanging = resolve
		},
		slow: (ms) => {
			delayMs = ms
		},
		open: async (newTarget = target) => {
			;({ hostname, port } = new URL(newTarget))
			delayMs = 0
			endHanging()
			if (!server.listening) server = await listen(forward, ownPort)
		},
		[Symbol.asyncDispose]: async () => {
			endHanging()
			await shut()
		},
	}
}

/** Passes on what comes from one side to the other, in order, each piece once it may pass. */
function passOn(from: Socket, to: Socket, passes: () => Promise<void>): void {
	let passed = Promise.resolve()
	const next = (pass: () => void) => {
		const allowed = passes()
		passed = passed.then(() => allowed).then(pass)
	}
	from.on('data', (piece) => next(() => void to.write(piece)))
	from.on('end', () => next(() => void to.end()))
	from.on('close', () => next(() => void to.destroySoon()))
}

async function listen(forward: (socket: Socket) => void, port: number): Promise<Server> {
	const server = createServer(forward).listen(port, '127.0.0.1')
	await once(server, 'listening')
	return server
}

function portOf(server: Server): number {
	const address = server.address()
	if (address === null || typeof address === 'string') throw new Error('the gate has no port')
	return address.port
}
