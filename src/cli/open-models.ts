import type { Config } from '../config/index.ts'
import type { ServerAddress } from '../core/telemetry.ts'
import { createLanguageModels, type ModelSettings } from '../models/index.ts'
import type { OpenParts } from './open-parts.ts'
import { startPracticeModel } from './practice-process.ts'

/** The models that answer, and their aliases. */
export type OpenModels = {
	readonly models: ReturnType<typeof createLanguageModels>
	readonly aliases: readonly string[]
	/** Where the model of an alias is asked; null where no model has that alias. */
	serverOf(alias: string): ServerAddress | null
	/** Whether it is the practice model, since none is configured. */
	readonly isPractice: boolean
}

/** Opens the models that are configured, else the practice model, started with these arguments. */
export async function openModels(
	{ models: configured }: Config,
	practiceArguments: readonly string[] | undefined,
	opened: OpenParts,
): Promise<OpenModels> {
	const isPractice = configured.kind === 'practice'
	const settings = isPractice
		? opened.use('practice model', await startPracticeModel(practiceArguments)).settings
		: configured.settings
	const models = createLanguageModels(settings)
	opened.defer('models', () => models.close())
	const serverOf = (alias: string) => serverIn(settings, alias)
	return { models, aliases: Object.keys(settings.aliases), serverOf, isPractice }
}

function serverIn({ aliases, endpoints }: ModelSettings, alias: string): ServerAddress | null {
	const endpoint = aliases[alias]?.endpoint
	const url = endpoint === undefined ? null : URL.parse(endpoints[endpoint]?.baseUrl ?? '')
	if (url === null) return null
	const port = url.port === '' ? { 'https:': 443, 'http:': 80 }[url.protocol] : Number(url.port)
	return { address: url.hostname, port: port ?? 0 }
}
