export { listModels, type ModelList } from './list-models.ts'
export { createLanguageModels } from './registry.ts'
export type { ModelAliasSettings, ModelSettings } from './settings.ts'
