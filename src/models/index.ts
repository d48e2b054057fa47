export { createModelEndpoint, type ModelEndpoint } from './endpoint.ts'
export { createOpenAiCompatibleModel, type OpenAiCompatibleModelOptions } from './openai-compatible.ts'
export { createLanguageModels } from './registry.ts'
export { jsonInstruction } from './request-body.ts'
export {
	type ModelAliasSettings,
	type ModelEndpointSettings,
	type ModelSettings,
	modelAliasSettingsSchema,
	modelEndpointSettingsSchema,
	modelSettingsSchema,
} from './settings.ts'
