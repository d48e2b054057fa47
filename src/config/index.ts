export { type Config, type LoadedConfig, loadConfig, type StorageConfig } from './load-config.ts'
export { type ModelConfig, standardAliases } from './model-settings.ts'
export { type ConfigProblem, describeProblem } from './problem.ts'
