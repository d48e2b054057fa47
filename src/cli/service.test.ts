import { expect, test } from 'vitest'
import { servePractice } from '../../tests/support/practice-server.ts'
import { preparedFolder } from '../../tests/support/prepared-folder.ts'
import { loadConfig } from '../config/index.ts'
import { noPreferences } from '../core/run-preferences.ts'
import { typedMessage } from './commands/ask.ts'
import { createLog } from './log.ts'
import { openService, type ServiceOptions } from './service.ts'

const { log } = createLog('silent')

async function openedOn(baseUrl: string, folder: string, works: ServiceOptions['works']) {
	const loaded = loadConfig({ THREADWISE_DATA_DIR: folder, OPENAI_BASE_URL: baseUrl }, null)
	if (!loaded.ok) throw new Error('the configuration is wrong')
	return openService({ config: loaded.config, command: 'trace', works, log })
}

test('who only reads leaves open questions alone, and answers those that others ask it meanwhile', async () => {
	await using folder = await preparedFolder()
	await using practice = await servePractice()
	await using reading = await openedOn(practice.baseUrl, folder.path, 'when-asked')
	if (reading.place !== 'here') throw new Error('somebody else holds the folder')
	const left = await reading.runtime.intake.ask(typedMessage('What is 2 + 2?', noPreferences))

	await using asking = await openedOn(practice.baseUrl, folder.path, 'when-needed')
	expect(asking.place).toBe('elsewhere')
	expect((await reading.read(left.runId)).map(({ kind }) => kind)).toEqual([])
	const runId = await asking.ask(typedMessage('What is 17 * 23?', noPreferences))
	const kinds: string[] = []
	for await (const { kind } of asking.follow(runId, 0, AbortSignal.timeout(20_000))) {
		kinds.push(kind)
		if (kind === 'run-end') break
	}
	expect(kinds).toContain('run-end')
})
