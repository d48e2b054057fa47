import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// What is compiled once needn't be compiled again by each of the hundreds of processes that the tests start.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('./node_modules/.cache/compiled', import.meta.url))

const journeys = 'tests/flows/**/*.test.ts'

export default defineConfig({
	test: {
		globalSetup: ['tests/support/global-setup.ts'],
		projects: [
			{
				test: {
					name: 'parts',
					include: ['src/**/*.test.ts', 'adapters/**/*.test.ts', 'tests/**/*.test.ts'],
					exclude: [journeys],
					// No module keeps anything from one file to the next, so that each worker imports it once.
					isolate: false,
					setupFiles: ['tests/support/sent-response.ts'],
					// They mostly wait: for backoffs, for rates, for what must not come. Each worker may hold an embedded database of half a gigabyte.
					maxWorkers: 4,
					sequence: { groupOrder: 1 },
				},
			},
			{
				test: {
					name: 'journeys',
					include: [journeys],
					// Each computes in several processes, and people in it expect things within seconds: two keep two cores busy.
					maxWorkers: 2,
					sequence: { groupOrder: 2 },
				},
			},
		],
	},
})
