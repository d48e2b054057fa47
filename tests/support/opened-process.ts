import { createLog } from '../../src/cli/log.ts'
import { createOpenParts } from '../../src/cli/open-parts.ts'
import { openRuntime, type Runtime } from '../../src/cli/runtime.ts'
import { describeProblem, loadConfig } from '../../src/config/index.ts'

/** What one process has opened; disposing ends it as SIGTERM does. */
export type OpenedProcess = AsyncDisposable & Pick<Runtime, 'store' | 'intake' | 'readiness'>

/** Opens what `bot` or `worker` opens, in this process: its own connections, sweeper and, where it works, worker and models. */
export async function openedProcess(
	half: 'bot' | 'worker',
	variables: Readonly<Record<string, string>>,
): Promise<OpenedProcess> {
	const loaded = loadConfig(variables, null)
	if (!loaded.ok) throw new Error(loaded.problems.map(describeProblem).join('\n'))
	const opened = createOpenParts()
	try {
		const runtime = await openRuntime({ config: loaded.config, log: createLog('silent').log }, opened)
		if (half === 'worker') await runtime.startWorker()
		return { ...runtime, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() }
	} catch (error) {
		await opened[Symbol.asyncDispose]()
		throw error
	}
}
