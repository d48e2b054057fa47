import { v7 as newId } from 'uuid'
import { z } from 'zod'
import {
	checkSettings,
	type Installation,
	type Settings,
	type SettingsChain,
	type SettingsKey,
	type SettingsPlace,
	type SettingsStore,
	settingsSchema,
	settingsScopeSchema,
} from '../core/settings.ts'
import type { Database, Orm } from './database.ts'
import { sql } from './drizzle.ts'
import { execute, queryRows } from './rows.ts'
import { storable, storableJson } from './storable.ts'

/** Channels and people of an installation that are told. */
const mostKnown = 100

/** What a newer version has added is nothing to this one. */
const settingsRow = z.object({ scope: settingsScopeSchema, body: z.object(settingsSchema.shape) })

/** The settings store on PostgreSQL, embedded or on a server. Of the workflows, these can be set. */
export function createSettingsStore({ orm }: Pick<Database, 'orm'>, workflows: readonly string[]): SettingsStore {
	return {
		read: (place) => readSettings(orm, storable(place)),
		installations: () => listInstallations(orm),
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

const installationRow = z.object({
	platform: z.string(),
	workspace_id: z.string(),
	channels: z.array(z.string()),
	people: z.array(z.object({ id: z.string(), name: z.string() })),
})

/** A channel for which something was set is known, also where nobody has asked anything yet. */
async function listInstallations(orm: Orm): Promise<readonly Installation[]> {
	const rows = await queryRows(
		orm,
		installationRow,
		sql`
			select i.platform, i.workspace_id,
				array(
					select seen.channel_id from (
						select channel_id, created_at from threadwise.conversations
						where installation_id = i.id and not is_direct
						union all
						select subject, changed_at from threadwise.settings where installation_id = i.id and scope = 'channel'
					) seen
					group by seen.channel_id order by max(seen.created_at) desc limit ${mostKnown}
				) as channels,
				coalesce((
					select jsonb_agg(jsonb_build_object('id', p.platform_user_id, 'name', p.name) order by p.created_at desc)
					from (
						select * from threadwise.people where installation_id = i.id order by created_at desc limit ${mostKnown}
					) p
				), '[]'::jsonb) as people
			from threadwise.installations i where i.app_id = '' and i.enterprise_id = ''
			order by i.platform, i.workspace_id`,
	)
	return rows.map(({ workspace_id: workspaceId, ...known }) => ({ ...known, workspaceId }))
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
