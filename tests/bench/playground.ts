import { ThreadwiseError } from '../../src/core/errors.ts'
import { findBrowser, openBrowser } from '../support/browser.ts'
import { startPractice } from '../support/command-line.ts'
import { temporaryFolder } from '../support/data-folder.ts'
import { startedProcess } from '../support/running-process.ts'
import { schoolTrip } from '../support/school-trip.ts'
import { freePort } from '../support/servers.ts'
import { followAll } from './playground/followers.ts'
import { fillFolder } from './playground/seeds.ts'
import { visitAndAsk, type Waits } from './playground/visit.ts'
import type { Benchmark, Table } from './support/benchmark.ts'
import { median, rounded } from './support/rounds.ts'

const mostPaintMs = 1_000
const mostSignOfLifeMs = 1_000
const claim =
	'with 100 conversations open, each followed by a client, and 10 of them at work, half of all cold loads show something within a second, ' +
	'and every question says on the screen that it is being answered within a second of Enter'

const conversations = 100
const atWork = 10
/** A model slow enough to keep those at work busy with few new runs, and quick enough that stages come and go. */
const modelLatencyMs = 1_000

export const benchmark: Benchmark = {
	summary: 'first paint and first sign of life on the page, with 100 conversations open',
	claim,

	async measure({ quick, progress, signal }) {
		const path = browserPath()
		const loads = quick ? 5 : 15
		const finishedRuns = quick ? 1 : 3
		progress.expect(3 + loads)
		await using folder = await temporaryFolder()
		progress.begin('filling the conversations')
		const threadIds = await fill(folder.path, { conversations, finishedRuns, signal })
		progress.begin('starting')
		await using model = await startPractice(['--latency-ms', String(modelLatencyMs), ...schoolTrip.mistakes])
		const port = await freePort()
		await using service = await startedProcess('start', {
			THREADWISE_DATA_DIR: folder.path,
			THREADWISE_PORT: String(port),
			OPENAI_BASE_URL: model.baseUrl,
			// Nobody waits for a worker: that is a matter of their number.
			THREADWISE_CONCURRENCY: String(atWork + 2),
		})
		const url = `http://127.0.0.1:${port}`
		progress.begin('opening the conversations')
		await using followers = await followAll(url, threadIds, new Set(threadIds.slice(0, atWork)))
		await using browser = await openBrowser(path)
		const waits: Waits[] = []
		const [eventsBefore, beganAt] = [followers.events(), performance.now()]
		for (const threadId of threadIds.slice(atWork, atWork + loads)) {
			signal.throwIfAborted()
			progress.begin(`load ${waits.length + 1}`)
			waits.push(await visitAndAsk(browser, `${url}/c/${threadId}`))
		}
		const eventsPerSecond = ((followers.events() - eventsBefore) * 1_000) / (performance.now() - beganAt)
		service.kill('SIGTERM')
		await service.ended()
		const figures = figuresOf(waits)
		return {
			parameters: {
				conversations,
				atWork,
				finishedRunsEach: finishedRuns,
				loads,
				modelLatencyMs,
				quick,
				store: 'embedded',
				chromium: browser.version,
				viewport: '1280 × 800',
				cache: 'empty for every load; the server has its files read after the first',
				node: process.version,
			},
			figures: { ...figures, eventsPerSecond: rounded(eventsPerSecond, 1) },
			holds: figures.firstContentfulPaintMs.median <= mostPaintMs && figures.signOfLifeMs.slowest <= mostSignOfLifeMs,
			tables: [tableOf(figures)],
		}
	},
}

function browserPath(): string {
	const found = findBrowser()
	if ('path' in found) return found.path
	throw new ThreadwiseError('config', `This benchmark needs a browser: ${found.missing}`, { fix: 'Then run it again.' })
}

async function fill(folder: string, seeds: Parameters<typeof fillFolder>[2]): Promise<readonly string[]> {
	await using model = await startPractice(schoolTrip.mistakes)
	return await fillFolder(folder, model.baseUrl, seeds)
}

type Figures = {
	readonly [Name in keyof Waits]: { readonly median: number; readonly first: number; readonly slowest: number }
}

function figuresOf(waits: readonly Waits[]): Figures {
	const figure = (name: keyof Waits) => {
		const values = waits.map((wait) => wait[name])
		return {
			median: Math.round(median(values)),
			first: Math.round(values[0] ?? Number.NaN),
			slowest: Math.round(Math.max(...values)),
		}
	}
	return {
		firstPaintMs: figure('firstPaintMs'),
		firstContentfulPaintMs: figure('firstContentfulPaintMs'),
		conversationMs: figure('conversationMs'),
		questionMs: figure('questionMs'),
		signOfLifeMs: figure('signOfLifeMs'),
		firstStageMs: figure('firstStageMs'),
	}
}

const titles: Readonly<Record<keyof Waits, string>> = {
	firstPaintMs: 'load → first paint',
	firstContentfulPaintMs: 'load → first contentful paint',
	conversationMs: 'load → the conversation with its answers',
	questionMs: 'Enter → the question on the screen',
	signOfLifeMs: 'Enter → it says that it is being answered',
	firstStageMs: 'Enter → the first stage runs',
}

function tableOf(figures: Figures): Table {
	return {
		title: 'What somebody waits for',
		columns: ['from → to', 'median', 'the first time', 'slowest'],
		rows: (Object.keys(titles) as (keyof Waits)[]).map((name) => {
			const { median: middle, first, slowest } = figures[name]
			return [titles[name], ...[middle, first, slowest].map((ms) => `${ms} ms`)]
		}),
	}
}
