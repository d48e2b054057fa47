import { fileURLToPath } from 'node:url'
import type { LanguageModels } from '../../src/core/language-model.ts'
import type { ModelSettings } from '../../src/models/index.ts'
import { createFilePromptSource } from '../../src/prompts/index.ts'
import { loadWorkflows, type ReasoningDependencies, reasoningPromptFolder } from '../../src/reasoning/index.ts'
import { stagePromptFolders } from '../../src/stages/index.ts'

const aliases = ['fast', 'strong', 'judge']

/** Every alias on one local server. */
export function practiceSettings(baseUrl: string): ModelSettings {
	const settings = {
		endpoint: 'local',
		kind: 'plain' as const,
		price: { inputUsdPerMillion: 1, outputUsdPerMillion: 4 },
		allowsTemperature: true,
		timeoutMs: 10_000,
	}
	return {
		endpoints: { local: { baseUrl, apiKey: null } },
		aliases: Object.fromEntries(aliases.map((alias) => [alias, { ...settings, model: `practice-${alias}` }])),
	}
}

/** The shipped prompts and workflows with some models. */
export function reasoningWith(models: LanguageModels): ReasoningDependencies {
	const prompts = createFilePromptSource([{ path: reasoningPromptFolder }, ...stagePromptFolders])
	const folder = fileURLToPath(new URL('../../src/workflows', import.meta.url))
	return {
		models,
		prompts,
		workflow: loadWorkflows(folder, { prompts, aliases }),
		defaults: { effort: 'medium', workflow: 'default' },
		disclosure: null,
	}
}
