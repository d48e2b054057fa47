export { type Config, type HttpAddress, loadConfig, type TraceTarget } from './load-config.ts'
export { standardAliases } from './model-settings.ts'
export { describeProblem } from './problem.ts'
export type { LogLevel } from './variables.ts'
