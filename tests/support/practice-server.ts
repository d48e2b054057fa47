import { once } from 'node:events'
import { readOptions } from '../../src/models/practice/options.ts'
import { createPracticeServer } from '../../src/models/practice/server.ts'
import type { PracticeServer } from './command-line.ts'

/** Serves the practice model, with the arguments of its command line, from this process: for tests that have enough others. */
export async function servePractice(args: readonly string[] = []): Promise<PracticeServer> {
	const server = createPracticeServer(readOptions(['node', 'practice', ...args]))
	server.listen(0, '127.0.0.1')
	await once(server, 'listening')
	const address = server.address()
	if (address === null || typeof address === 'string') throw new Error('the server has no port')
	return {
		baseUrl: `http://127.0.0.1:${address.port}/v1`,
		[Symbol.asyncDispose]: async () => {
			server.close()
			server.closeAllConnections()
			await once(server, 'close')
		},
	}
}
