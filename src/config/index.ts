export { type Config, type HttpAddress, loadConfig, loadConfigPartly, type StorageConfig } from './load-config.ts'
export { standardAliases } from './model-settings.ts'
export { playgroundProblem } from './playground.ts'
export { type ConfigProblem, describeProblem } from './problem.ts'
