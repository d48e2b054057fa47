import { type Check, ok, problem } from '../../core/check.ts'

const leastMajor = 24

/** Older versions don't run TypeScript as it is. */
export function nodeCheck(version: string): Check {
	return {
		name: 'Node.js',
		run: async () =>
			Number(version.split('.')[0]) >= leastMajor
				? ok(version)
				: problem(
						`This is Node.js ${version}; Threadwise needs ${leastMajor} or newer.`,
						'Run commands through npm (npm run -s threadwise -- …): npm install has brought the right version with it.',
					),
	}
}
