export { createLanguageModels } from './registry.ts'
export type { ModelAliasSettings, ModelSettings } from './settings.ts'
