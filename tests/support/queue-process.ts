import { createJobQueue } from '../../src/queue/index.ts'
import { openServerDatabase } from '../../src/store/index.ts'

/** A process of its own: handles one delivery of the queue at the given address, closes everything, and must end by itself. */
const [url = ''] = process.argv.slice(2)
const fail = (error: unknown) => {
	throw error
}

const database = url.startsWith('redis:') ? null : await openServerDatabase(url)
const location =
	database === null ? ({ kind: 'redis', url } as const) : ({ kind: 'postgres', pool: database.pool } as const)
const queue = await createJobQueue(location, { onTrouble: fail, onRelief: () => {} })
const handled = Promise.withResolvers<string>()
const deliveries = await queue.work(
	async ({ runId }) => {
		handled.resolve(runId)
		return { kind: 'done' }
	},
	{ concurrency: 1 },
)
const runId = await handled.promise
await queue.cancel(runId, 'user')
await deliveries[Symbol.asyncDispose]()
await queue.close()
await database?.close()
console.log(`handled ${runId}`)
