import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { createServerDatabase, databases, titleOf } from '../../tests/support/stores.ts'
import { openServerDatabase } from './database.ts'
import { listenOnServer } from './server-notifications.ts'

for (const place of databases.filter(({ shared }) => shared)) {
	describe.skipIf(place.missing !== null)(`listening on a ${titleOf(place)}`, () => {
		const administrate = async (url: string) => {
			const client = new pg.Client({ connectionString: url })
			await client.connect()
			return { client, [Symbol.asyncDispose]: () => client.end() }
		}

		test('goes on by itself after the connection was cut', async () => {
			await using database = await createServerDatabase()
			const heard: string[] = []
			const subscription = await listenOnServer(database.url, 10_000)('news', (payload) => heard.push(payload))
			await using administrator = await administrate(database.url)
			const { client } = administrator
			const cut = await client.query(
				`select pg_terminate_backend(pid) from pg_stat_activity where query like 'LISTEN%' and datname = current_database()`,
			)
			expect(cut.rowCount).toBe(1)
			for (let count = 0; heard.length === 0; count += 1) {
				await client.query("select pg_notify('news', $1)", [`message ${count}`])
				await new Promise((resolve) => setTimeout(resolve, 20))
			}
			expect(heard[0]).toMatch(/^message \d+$/)
			await subscription[Symbol.asyncDispose]()
		})

		test('hears its own channel only, and nothing after it was disposed', async () => {
			await using database = await createServerDatabase()
			const heard: string[] = []
			const subscription = await listenOnServer(database.url, 10_000)('news', (payload) => heard.push(payload))
			await using administrator = await administrate(database.url)
			const { client } = administrator
			await client.query("select pg_notify('gossip', 'no'), pg_notify('news', 'yes')")
			while (heard.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
			await subscription[Symbol.asyncDispose]()
			await client.query("select pg_notify('news', 'late')")
			expect(heard).toEqual(['yes'])
		})
	})

	describe.skipIf(place.missing !== null)(`opening a ${titleOf(place)}`, () => {
		test('several processes may start at once on an empty one', async () => {
			await using fresh = await createServerDatabase()
			const opened = await Promise.all([1, 2, 3].map(() => openServerDatabase(fresh.url)))
			await Promise.all(opened.map((database) => database.close()))
			expect(opened).toHaveLength(3)
		})
	})
}

describe('a server that is away', () => {
	test('is reported with its host and what to do, never with the password', async () => {
		const opening = openServerDatabase('postgres://ada:secret@127.0.0.1:1/threadwise')
		const error: unknown = await opening.catch((thrown: unknown) => thrown)
		expect(error).toMatchObject({
			code: 'store-unavailable',
			message: expect.stringContaining('127.0.0.1:1'),
			fix: expect.stringContaining('DATABASE_URL'),
		})
		expect(JSON.stringify([String(error), error])).not.toContain('secret')
	})
	test('because it accepts connections and then stays silent is reported in time', async () => {
		await using silent = await silentServer()
		const opening = openServerDatabase(`postgres://ada:secret@127.0.0.1:${silent.port}/threadwise`, 50)
		await expect(opening).rejects.toMatchObject({
			code: 'store-unavailable',
			message: expect.stringContaining('timeout'),
		})
	})

	test('in the same way fails whoever wants to listen, in time', async () => {
		await using silent = await silentServer()
		const listening = listenOnServer(`postgres://ada:secret@127.0.0.1:${silent.port}/threadwise`, 50)
		await expect(listening('news', () => {})).rejects.toThrow('timeout')
	})
})

/** An address where connections are accepted and nothing is ever said. */
async function silentServer(): Promise<AsyncDisposable & { readonly port: number }> {
	const sockets = new Set<Socket>()
	const server = createServer((socket) => void sockets.add(socket)).listen(0, '127.0.0.1')
	await once(server, 'listening')
	const address = server.address()
	if (address === null || typeof address === 'string') throw new Error('the server has no port')
	return {
		port: address.port,
		[Symbol.asyncDispose]: async () => {
			for (const socket of sockets) socket.destroy()
			server.close()
		},
	}
}
