import { adapters } from '../../../adapters/index.ts'
import type { Config } from '../../config/index.ts'
import { type Check, notChecked, notConfigured } from '../../core/check.ts'
import type { InspectedSettings } from '../settings.ts'
import { slackWorkspacesCheck } from './slack-workspaces.ts'

/** How a platform shows up in the doctor and in setup. */
type PlatformEntry = {
	readonly title: string
	/** The variables that connect it; with none of them set it isn't in use. */
	readonly variables: readonly string[]
	/** With what all of its variables begin. */
	readonly prefix: string
	/** The checks of its adapter (adapters/<platform>/): tokens, rights, how events arrive. */
	readonly checks: (config: Config) => Promise<readonly Check[]>
}

/** Every chat platform that can be connected to, one line each. */
export const platformEntries: readonly PlatformEntry[] = [
	{
		title: 'Slack',
		variables: [
			...['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET'],
			...['SLACK_CLIENT_ID', 'SLACK_CLIENT_SECRET', 'SLACK_TOKEN_KEY'],
		],
		prefix: 'SLACK_',
		checks: async ({ slack, storage, playground: { publicUrl } }) => {
			if (slack === null) return []
			const { slackChecks } = await adapters.slack()
			const { access } = slack
			const workspaces = access.by === 'token' ? [] : [slackWorkspacesCheck(storage, access)]
			return [...slackChecks({ ...slack, publicUrl }), ...workspaces]
		},
	},
	{
		title: 'Discord',
		variables: ['DISCORD_BOT_TOKEN'],
		prefix: 'DISCORD_',
		checks: async ({ discord }) => (discord === null ? [] : (await adapters.discord()).discordChecks(discord)),
	},
]

export const platformsGuide = 'docs/platforms.md'

export async function platformChecks({
	env,
	config,
	problems,
}: Pick<InspectedSettings, 'env' | 'config' | 'problems'>): Promise<readonly Check[]> {
	const found = platformEntries.map(async ({ title, variables, prefix, checks }) => {
		const set = variables.filter((name) => (env[name]?.trim() ?? '') !== '')
		if (set.length === 0) return [{ name: title, run: async () => absent() }]
		const isWrong = problems.some(({ variable }) => variable.startsWith(prefix))
		return isWrong ? [{ name: title, run: async () => notChecked('the configuration of it is wrong') }] : checks(config)
	})
	return (await Promise.all(found)).flat()
}

function absent() {
	return notConfigured('not configured', `${platformsGuide} says how.`)
}
