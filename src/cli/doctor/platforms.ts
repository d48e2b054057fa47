import { type Check, notConfigured, warning } from '../../core/check.ts'

/** How a platform shows up in the doctor and in setup. */
type PlatformEntry = {
	readonly title: string
	/** The variables that connect it; with none of them set it isn't in use. */
	readonly variables: readonly string[]
	/** The checks of its adapter (adapters/<platform>/), once there is one: tokens, rights, how events arrive. */
	readonly checks: ((env: NodeJS.ProcessEnv) => readonly Check[]) | null
}

/** Every chat platform that can be connected to, or will be, one line each. */
export const platformEntries: readonly PlatformEntry[] = [
	{ title: 'Slack', variables: ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET'], checks: null },
	{ title: 'Discord', variables: ['DISCORD_TOKEN'], checks: null },
]

export const platformsGuide = 'docs/platforms.md'

export function platformChecks(env: NodeJS.ProcessEnv): readonly Check[] {
	return platformEntries.flatMap(({ title, variables, checks }) => {
		const set = variables.filter((name) => (env[name]?.trim() ?? '') !== '')
		if (checks !== null && set.length > 0) return checks(env)
		return [{ name: title, run: async () => (set.length === 0 ? absent() : tooEarly(title, set)) }]
	})
}

function absent() {
	return notConfigured('not configured', `${platformsGuide} says how, and what this version can do.`)
}

function tooEarly(title: string, set: readonly string[]) {
	return warning(
		`${set.join(', ')} ${set.length === 1 ? 'is' : 'are'} set, but this version can't talk to ${title} yet.`,
		`${platformsGuide} says what this version can do.`,
	)
}
