import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../config/index.ts'
import type { IncomingMessage } from '../../core/conversation.ts'
import type { JournalRecord } from '../../core/journal.ts'
import { noPreferences } from '../../core/run-preferences.ts'
import { english } from '../../rendering/index.ts'
import { createLog } from '../log.ts'
import { createTextPrinter } from '../printer.ts'
import { type Recap, recap } from '../recap.ts'
import { openService } from '../service.ts'
import type { Service } from '../service-port.ts'
import { askAndShow, exitStatus, listenForInterrupts, typedMessage } from './ask.ts'

const easyQuestion = 'What is 17 * 23?'
const hardQuestion =
	'A school takes 6 classes of 27 juniors and 4 classes of 24 seniors, with 15 teachers, on a trip. A bus has 48 seats. How many buses are needed?'

/**
 * Slow enough to be watched. The mistakes are the practice model's own, one for each stage to find: a number misread, a plan that
 * can't be carried out, a slip in a step, a wrong alternative, a result that isn't rounded. What finds them is the real thing.
 */
const practiceArguments = [
	...['--latency-ms', '300'],
	...['--misreading-pattern', 'number of juniors in each class'],
	...['--bad-plan-pattern', 'how many buses'],
	...['--mistake-pattern', 'to get the number of seniors'],
	...['--wrong-alternative-pattern', 'equations'],
	...['--unrounded-pattern', 'to get the number of buses'],
]

/** Shows the main job on a fresh machine: an easy question, a hard one in which every stage has something to find, and what to do next. */
export async function demo(): Promise<number> {
	const folder = await mkdtemp(join(tmpdir(), 'threadwise-demo-'))
	try {
		const loaded = loadConfig({ THREADWISE_DATA_DIR: folder }, null)
		if (!loaded.ok) return 1
		say('Starting Threadwise with an embedded database and the practice model …')
		const { log } = createLog('warn')
		const options = { config: loaded.config, command: 'demo', works: 'always' as const, log, practiceArguments }
		await using service = await openService(options)
		return await showQuestions(service)
	} finally {
		await rm(folder, { recursive: true, force: true })
	}
}

async function showQuestions(service: Service): Promise<number> {
	const printer = createTextPrinter()
	let records: readonly JournalRecord[] = []
	for (const question of [easyQuestion, hardQuestion]) {
		say(`\n❯ ${question}\n`)
		using interrupts = listenForInterrupts(printer)
		let runId = ''
		const remembering = {
			ask: async (message: IncomingMessage) => {
				runId = await service.ask(message)
				return runId
			},
			stop: service.stop,
			follow: service.follow,
			read: service.read,
		}
		const shown = { ...printer, runUrl: () => null }
		const view = await askAndShow(remembering, typedMessage(question, noPreferences), shown, interrupts)
		if (exitStatus(view) !== 0) return 1
		records = await service.read(runId)
	}
	say(seen(recap(records)))
	say(nextSteps)
	return 0
}

/** Only what the journal of the run tells. */
function seen(recaps: readonly Recap[]): string {
	if (recaps.length === 0) return ''
	const lines = recaps.map(({ stage, text }) => `  ${english.stageTitles[stage].padEnd(titleWidth)}${text}`)
	return ['\nWhat the stages found, each by checking', ...lines].join('\n')
}

const titleWidth = 23

const nextSteps = `
What to do next
  Ask it yourself     npm run -s threadwise -- ask "your question"
  Connect a model     npm run -s threadwise -- setup
  Let it run          npm run -s threadwise -- start
  Is all well?        npm run -s threadwise -- doctor`

function say(text: string): void {
	process.stdout.write(`${text}\n`)
}
