import { once } from 'node:events'
import { createServer } from 'node:http'
import { onTestFinished } from 'vitest'

/** Has another program listen on a port of loopback until the test is over, unless one does already. */
export async function holdPort(port: number): Promise<void> {
	const server = createServer((_request, response) => response.end('another program')).listen(port, '127.0.0.1')
	onTestFinished(() => void server.close())
	await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
		if (error.code !== 'EADDRINUSE') throw error
	})
}
