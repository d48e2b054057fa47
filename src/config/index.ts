export { type Config, type HttpAddress, loadConfig } from './load-config.ts'
export { standardAliases } from './model-settings.ts'
export { playgroundProblem } from './playground.ts'
export { describeProblem } from './problem.ts'
