import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../config/index.ts'
import { noPreferences } from '../../core/run-preferences.ts'
import { createLog } from '../log.ts'
import { createPrinter } from '../printer.ts'
import { openService } from '../service.ts'
import type { Service } from '../service-port.ts'
import { askAndShow, exitStatus, listenForInterrupts, typedMessage } from './ask.ts'

const easyQuestion = 'What is 17 * 23?'
const hardQuestion =
	'A school orders 12 boxes of pencils at $4.50 a box and 8 boxes of markers at $7.25 a box. The shop takes 10% off the whole order and then adds $6 for delivery. How much does the school pay?'

/** Slow enough to be watched. The mistake is the practice model's own, and the checkpoint that finds it is the real one. */
const practiceArguments = ['--latency-ms', '350', '--mistake-pattern', 'price of one box of markers']

/** Shows the main job on a fresh machine: an easy question, a hard one with a mistake that is caught, and what to do next. */
export async function demo(): Promise<number> {
	const folder = await mkdtemp(join(tmpdir(), 'threadwise-demo-'))
	try {
		const loaded = loadConfig({ THREADWISE_DATA_DIR: folder }, null)
		if (!loaded.ok) return 1
		say('Starting Threadwise with an embedded database and the practice model …')
		const log = createLog('warn')
		const options = { config: loaded.config, command: 'demo', works: 'always' as const, log, practiceArguments }
		await using service = await openService(options)
		return await showQuestions(service)
	} finally {
		await rm(folder, { recursive: true, force: true })
	}
}

async function showQuestions(service: Service): Promise<number> {
	const printer = createPrinter(false)
	let caught = 0
	for (const question of [easyQuestion, hardQuestion]) {
		say(`\n❯ ${question}\n`)
		using interrupts = listenForInterrupts(printer)
		const view = await askAndShow(service, typedMessage(question, noPreferences), printer, interrupts)
		if (exitStatus(view) !== 0) return 1
		caught += view.checks.failed
	}
	say(
		caught === 0
			? ''
			: `\nThe model slipped ${caught === 1 ? 'once' : `${caught} times`}: a checkpoint found it by recomputing, and the step was worked out again.`,
	)
	say(nextSteps)
	return 0
}

const nextSteps = `
What to do next
  Ask it yourself     npm run -s threadwise -- ask "your question"
  Connect a model     put OPENAI_API_KEY=… into .env, or OPENAI_BASE_URL=http://127.0.0.1:11434/v1 for Ollama
  Let it run          npm run -s threadwise -- start`

function say(text: string): void {
	process.stdout.write(`${text}\n`)
}
