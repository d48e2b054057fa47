import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { connectionTo } from './database.ts'
import { type DatabaseFacts, readDatabaseFacts } from './database-facts.ts'
import { listenOnServer } from './server-notifications.ts'
import { unusableServer } from './unusable-server.ts'

export type ServerFacts = DatabaseFacts & {
	/** Whether a connection hears what another one notifies: a pooler in between may keep it from that. */
	readonly notifies: boolean
}

const longestSilenceMs = 5_000
const notificationWithinMs = 2_000

/**
 * Finds out whether a PostgreSQL server can be used, without changing anything there.
 * @throws ThreadwiseError `store-unavailable` if it can't be reached, naming host and cause but never the password.
 */
export async function inspectServer(url: string): Promise<ServerFacts> {
	const client = new pg.Client({ ...connectionTo(url, longestSilenceMs), query_timeout: longestSilenceMs })
	client.on('error', () => {})
	try {
		await client.connect()
		const facts = await readDatabaseFacts((statement) => client.query(statement))
		return { ...facts, notifies: await isHeard(client, url) }
	} catch (error) {
		throw unusableServer(url, error)
	} finally {
		// One that is silent doesn't answer to this either.
		client.end().catch(() => {})
	}
}

async function isHeard(client: pg.Client, url: string): Promise<boolean> {
	const channel = `threadwise-doctor-${randomUUID()}`
	const { promise: heard, resolve } = Promise.withResolvers<boolean>()
	await using _listening = await listenOnServer(url, longestSilenceMs)(channel, () => resolve(true))
	await client.query('SELECT pg_notify($1, $2)', [channel, ''])
	return Promise.race([heard, sleep(notificationWithinMs, false, { ref: false })])
}
