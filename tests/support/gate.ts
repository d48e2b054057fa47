import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** A way to a server that can be shut, as if the server were gone, and opened again under the same address. */
export type Gate = AsyncDisposable & { readonly url: string; shut(): Promise<void>; open(): Promise<void> }

/** Puts a gate in front of the server at the address. */
export async function openGate(target: string): Promise<Gate> {
	const { hostname, port } = new URL(target)
	const sockets = new Set<Socket>()
	const keep = (socket: Socket) => {
		sockets.add(socket)
		socket.on('error', () => socket.destroy())
		socket.on('close', () => sockets.delete(socket))
	}
	const forward = (socket: Socket) => {
		const onward = connect(Number(port), hostname)
		keep(socket)
		keep(onward)
		socket.pipe(onward).pipe(socket)
	}
	let server = await listen(forward, 0)
	const ownPort = portOf(server)
	const url = new URL(target)
	url.port = String(ownPort)
	const shut = async () => {
		const closed = once(server, 'close')
		server.close()
		for (const socket of sockets) socket.destroy()
		await closed
	}
	return {
		url: url.href,
		shut,
		open: async () => {
			server = await listen(forward, ownPort)
		},
		[Symbol.asyncDispose]: async () => {
			if (server.listening) await shut()
		},
	}
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
