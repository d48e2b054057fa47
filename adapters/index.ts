/**
 * Every chat platform, one line each. What speaks to a platform is loaded when somebody wants it: no process waits for libraries of
 * platforms that it isn't connected to.
 */
export const adapters = {
	discord: () => import('./discord/index.ts'),
	playground: () => import('./playground/index.ts'),
	slack: () => import('./slack/index.ts'),
	terminal: () => import('./terminal/index.ts'),
}
