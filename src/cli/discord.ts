import type { Logger } from 'pino'
import { adapters } from '../../adapters/index.ts'
import type { Config } from '../config/index.ts'
import type { ChatPlatform } from '../core/chat-platform.ts'
import { runUrls } from './playground.ts'
import type { Runtime } from './runtime.ts'

/** The platform that Discord is; null where no token is set. */
export async function connectDiscord(
	config: Config,
	runtime: Pick<Runtime, 'store' | 'conversationReader' | 'notesOf' | 'addHealthCheck'>,
	log: Logger,
): Promise<ChatPlatform | null> {
	if (config.discord === null) return null
	const { createDiscordPlatform, discordPlatformName } = await adapters.discord()
	const platform = createDiscordPlatform({
		...config.discord,
		runs: runtime.store,
		conversations: runtime.conversationReader,
		notes: runtime.notesOf(discordPlatformName),
		runUrl: await runUrls(config),
		onTrouble: (error) => log.warn({ error }, 'Discord has trouble'),
	})
	runtime.addHealthCheck({
		name: discordPlatformName,
		ask: async () => {
			if (!platform.hears()) throw new Error('what is said in Discord is not heard')
		},
	})
	return platform
}
