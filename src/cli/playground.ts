import { userInfo } from 'node:os'
import type { Logger } from 'pino'
import { adapters } from '../../adapters/index.ts'
import type { PlaygroundOptions } from '../../adapters/playground/index.ts'
import { type Config, describeProblem, playgroundProblem } from '../config/index.ts'
import type { ChatPlatform } from '../core/chat-platform.ts'
import { ThreadwiseError } from '../core/errors.ts'
import type { RunUrl } from '../core/run-url.ts'
import { practiceDisclosure } from './practice-process.ts'
import type { Runtime } from './runtime.ts'
import type { WebServer } from './web-server.ts'

/** @throws ThreadwiseError `config` if others could open the page and see everything. */
export function refuseOpenPlayground({ playground }: Config): void {
	const problem = playgroundProblem(playground)
	if (problem !== null) throw new ThreadwiseError('config', describeProblem(problem), { fix: problem.fix })
}

/**
 * Mounts the page and its API on the server; `limits` are others than the usual ones. Returns the platform that takes what people do
 * there; null where it is off.
 */
export async function mountPlayground(
	config: Config,
	runtime: Runtime,
	server: WebServer,
	log: Logger,
	limits: NonNullable<PlaygroundOptions['limits']> = {},
): Promise<ChatPlatform | null> {
	const { isOn, publicUrl, people, trustedProxies } = config.playground
	if (!isOn) return null
	const { createPlaygroundPlatform } = await adapters.playground()
	const platform = createPlaygroundPlatform({
		access: { listensOn: server.address, publicUrl, people, trustedProxies, ownerName: nameOfUser() },
		runs: runtime.store,
		conversations: runtime.conversationReader,
		settings: runtime.settingsStore,
		changeSettings: runtime.changeSettings,
		defaults: { ...config.defaults, budgets: config.budgets },
		workflows: runtime.workflowNames,
		disclosure: config.models.kind === 'practice' ? practiceDisclosure : null,
		runUrl: await runUrls(config),
		limits,
		onTrouble: (error) => log.warn({ error }, 'the page has trouble'),
	})
	server.mount(platform.routes)
	return platform
}

/**
 * Where the full record of a run is for whoever is given the address, for every platform; null where others reach nothing, and for what
 * was said to the bot alone.
 */
export async function runUrls({ playground }: Pick<Config, 'playground'>): Promise<RunUrl> {
	const { isOn, publicUrl, people } = playground
	if (!isOn || publicUrl === null) return () => null
	const { linkSecretOf, runPageUrl } = await adapters.playground()
	const secret = linkSecretOf(people)
	return (runId, { isDirect = false }) => (secret === null || isDirect ? null : runPageUrl(publicUrl, secret, runId))
}

/** A container's user may have no name. */
function nameOfUser(): string {
	try {
		return userInfo().username
	} catch {
		return 'you'
	}
}
