import { type Config, type ConfigProblem, standardAliases } from '../../config/index.ts'
import { type Check, notChecked } from '../../core/check.ts'
import type { OpenParts } from '../open-parts.ts'
import type { InspectedSettings } from '../settings.ts'
import { configurationChecks } from './configuration.ts'
import { httpCheck } from './http-address.ts'
import { modelChecks } from './models.ts'
import { nodeCheck } from './node-version.ts'
import { platformChecks } from './platforms.ts'
import { playgroundCheck } from './playground.ts'
import { storageChecks } from './storage.ts'
import { workflowsCheck } from './workflows.ts'

/** Everything that the doctor looks at, in the order in which it is told. What `opened` keeps is closed when all rows are there. */
export async function allChecks(settings: InspectedSettings, opened: OpenParts): Promise<readonly Check[]> {
	const { config, problems, sources } = settings
	const unless = (names: RegExp, titles: readonly string[], checks: () => readonly Check[]) =>
		problems.some(({ variable }) => names.test(variable)) ? titles.map(waitsForConfiguration) : checks()
	return [
		...configurationChecks(problems, sources),
		nodeCheck(process.versions.node),
		...unless(/^(?:DATABASE_URL|REDIS_URL|THREADWISE_DATA_DIR)$/, ['data folder', 'database', 'queue'], () =>
			storageChecks(config.storage),
		),
		...unless(/^THREADWISE_(?:HOST|PORT|PLAYGROUND)$/, ['HTTP address'], () => [httpCheck(config)]),
		...unless(/^THREADWISE_(?:HOST|PLAYGROUND|PUBLIC_URL|TOKENS?|TRUSTED_PROXIES)$/, ['playground'], () => [
			playgroundCheck(config.playground),
		]),
		...unless(/^THREADWISE_WORKFLOW$|^configuration file/, ['workflows'], () => [
			workflowsCheck({ defaults: config.defaults, aliases: aliasesOf(config) }),
		]),
		...(problems.some(concernsModels) ? [waitsForConfiguration('model')] : modelChecks(config.models, opened)),
		...(await platformChecks(settings)),
	]
}

function waitsForConfiguration(name: string): Check {
	return { name, run: async () => notChecked('the configuration of it is wrong') }
}

/** Also the variables of keys, which the file names as it likes. */
function concernsModels({ variable }: ConfigProblem): boolean {
	return !/^(?:DATABASE_URL|REDIS_URL|DISCORD_.*|SLACK_.*|THREADWISE_(?!MODEL).*)$/.test(variable)
}

function aliasesOf({ models }: Config): readonly string[] {
	return models.kind === 'practice' ? standardAliases : Object.keys(models.settings.aliases)
}
