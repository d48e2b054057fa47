import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Actor } from '../../src/core/actor.ts'
import { insistOn, may, settingsAsSubject } from '../../src/core/may.ts'
import { inheritedSettings } from '../../src/core/resolve-settings.ts'
import type { Installation, Settings, SettingsKey } from '../../src/core/settings.ts'
import { routes } from './api-routes.ts'
import type { PlaygroundOptions } from './config.ts'
import { RequestFailure, refusedFailure } from './failure.ts'
import type { Inherited, SettingsAt } from './page-view.ts'
import { place } from './receive.ts'
import { type ApiEnv, actorOf } from './visitor.ts'

type SettingsParts = Pick<PlaygroundOptions, 'settings' | 'changeSettings' | 'defaults'>

/** What is set for places, channels and people, and by whom it may be changed. */
export function addSettings(api: OpenAPIHono<ApiEnv>, parts: SettingsParts): void {
	const { settings, changeSettings } = parts
	api.openapi(routes.installations, async (context) => {
		const isTheirs = ({ platform, workspaceId }: Installation) =>
			may(actorOf(context), 'change-settings', settingsAsSubject(wholeOf(platform, workspaceId))).allowed
		const known = (await settings.installations()).filter(isTheirs)
		return context.json({ installations: withOurs(known, isTheirs) }, 200)
	})
	api.openapi(routes.readSettings, async (context) => {
		const key = context.req.valid('query')
		const actor = actorOf(context)
		insistOn(may(actor, 'read-settings', settingsAsSubject(key)))
		return context.json(await settingsAt(key, actor, parts), 200)
	})
	api.openapi(routes.writeSettings, async (context) => {
		const { settings: next, ...key } = context.req.valid('json')
		const actor = actorOf(context)
		if (isOurs(key)) refuseWhatIsNotOurs(next)
		const result = await changeSettings(actor, key, next)
		if (result.outcome === 'refused') throw refusedFailure(result)
		return context.json(await settingsAt(key, actor, parts), 200)
	})
}

/** What somebody has set for themselves here. */
export async function ownSettings({ settings }: Pick<SettingsParts, 'settings'>, personId: string): Promise<Settings> {
	return (await settings.read({ ...place, personId })).person
}

/** Settings of the playground that would mean nothing here: it is one channel, and nobody writes to it in private. */
const notOurs = ['allowedChannels', 'directMessages'] as const

async function settingsAt(key: SettingsKey, actor: Actor, { settings, defaults }: SettingsParts): Promise<SettingsAt> {
	const { platform, workspaceId, scope, subject } = key
	const channelId = channelOf(key)
	const chain = await settings.read({ platform, workspaceId, channelId, personId: scope === 'person' ? subject : '' })
	const inherited = inheritedSettings(key, channelId, chain, defaults)
	const mayChange = may(actor, 'change-settings', settingsAsSubject(key)).allowed
	return { ...key, settings: chain[scope], inherited: isOurs(key) ? withoutNotOurs(inherited) : inherited, mayChange }
}

/** A person of another platform may ask in any channel, so none of them counts. */
function channelOf(key: SettingsKey): string {
	if (key.scope === 'channel') return key.subject
	return isOurs(key) ? place.channelId : ''
}

function isOurs({ platform, workspaceId }: Pick<SettingsKey, 'platform' | 'workspaceId'>): boolean {
	return platform === place.platform && workspaceId === place.workspaceId
}

function withoutNotOurs({ allowedChannels: _, directMessages: __, ...ours }: Inherited): Inherited {
	return ours
}

function refuseWhatIsNotOurs(settings: Settings): void {
	const foreign = notOurs.find((name) => settings[name] !== undefined)
	if (foreign === undefined) return
	throw new RequestFailure(400, {
		code: 'config',
		message: `The playground has no setting "${foreign}": it is one channel.`,
		fix: 'Leave it out, or set it for the installation of a platform that has channels.',
	})
}

/** The playground is there before anybody has asked in it. */
function withOurs(
	known: readonly Installation[],
	isTheirs: (installation: Installation) => boolean,
): readonly Installation[] {
	const { platform, workspaceId } = place
	const nobodyYet: Installation = { platform, workspaceId, channels: [], people: [] }
	const ours = known.find(isOurs) ?? nobodyYet
	return isTheirs(ours) ? [{ ...ours, channels: [] }, ...known.filter((other) => !isOurs(other))] : []
}

function wholeOf(platform: string, workspaceId: string): SettingsKey {
	return { platform, workspaceId, scope: 'installation', subject: '' }
}
