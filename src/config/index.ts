export {
	type Config,
	type HttpAddress,
	loadConfig,
	loadConfigPartly,
	type StorageConfig,
	type TraceTarget,
} from './load-config.ts'
export { standardAliases } from './model-settings.ts'
export { playgroundProblem } from './playground.ts'
export { type ConfigProblem, describeProblem } from './problem.ts'
export { secretsIn } from './secrets.ts'
export { hasNoCredentials, type LogLevel, problemWith } from './variables.ts'
