import type { Config } from '../config/index.ts'
import { createLanguageModels } from '../models/index.ts'
import type { OpenParts } from './open-parts.ts'
import { startPracticeModel } from './practice-process.ts'

/** The models that answer, and their aliases. */
export type OpenModels = {
	readonly models: ReturnType<typeof createLanguageModels>
	readonly aliases: readonly string[]
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
	return { models, aliases: Object.keys(settings.aliases), isPractice }
}
