import { sql } from 'drizzle-orm'
import { v7 as newId } from 'uuid'
import { z } from 'zod'
import {
	checkSettings,
	type Settings,
	type SettingsChain,
	type SettingsKey,
	type SettingsPlace,
	type SettingsStore,
	settingsSchema,
	settingsScopeSchema,
} from '../core/settings.ts'
import type { Database, Orm } from './database.ts'
import { execute, queryRows } from './rows.ts'
import { storable, storableJson } from './storable.ts'

/** What a newer version has added is nothing to this one. */
const settingsRow = z.object({ scope: settingsScopeSchema, body: z.object(settingsSchema.shape) })

/** The settings store on PostgreSQL, embedded or on a server. Of the workflows, these can be set. */
export function createSettingsStore({ orm }: Pick<Database, 'orm'>, workflows: readonly string[]): SettingsStore {
	return {
		read: (place) => readSettings(orm, storable(place)),
		write: async (key, settings) => {
			checkSettings(key, settings, workflows)
			await writeSettings(orm, storable(key), settings)
		},
	}
}

async function readSettings(orm: Orm, place: SettingsPlace): Promise<SettingsChain> {
	const rows = await queryRows(
		orm,
		settingsRow,
		sql`
			select s.scope, s.body from threadwise.settings s join threadwise.installations i on i.id = s.installation_id
			where i.platform = ${place.platform} and i.workspace_id = ${place.workspaceId} and i.app_id = ''
				and i.enterprise_id = ''
				and (s.scope, s.subject) in (('installation', ''), ('channel', ${place.channelId}), ('person', ${place.personId}))`,
	)
	const of = (scope: keyof SettingsChain) => rows.find((row) => row.scope === scope)?.body ?? {}
	return { installation: of('installation'), channel: of('channel'), person: of('person') }
}

async function writeSettings(orm: Orm, key: SettingsKey, settings: Settings): Promise<void> {
	await execute(
		orm,
		sql`
			with installation as (
				insert into threadwise.installations (id, platform, workspace_id)
				values (${newId()}::uuid, ${key.platform}, ${key.workspaceId})
				on conflict (platform, app_id, enterprise_id, workspace_id) do update set platform = excluded.platform
				returning id
			)
			insert into threadwise.settings (installation_id, scope, subject, body)
			select id, ${key.scope}, ${key.subject}, ${storableJson(settings)}::jsonb from installation
			on conflict (installation_id, scope, subject) do update set body = excluded.body, changed_at = now()`,
	)
}
