export { listModels, type ModelList } from './list-models.ts'
export { createRedactor } from './redaction.ts'
export { createLanguageModels } from './registry.ts'
export type { ModelAliasSettings, ModelSettings } from './settings.ts'
