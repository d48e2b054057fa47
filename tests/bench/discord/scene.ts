import { type LocalDiscord, startLocalDiscord } from '../../support/discord/local-discord.ts'
import { discordVariables } from '../../support/platform-variables.ts'
import { type ChatScene, openChatScene, type Store } from '../chat/scene.ts'

export type DiscordScene = AsyncDisposable & { readonly discord: LocalDiscord; readonly threadwise: ChatScene }

/** A local Discord with Threadwise connected to it; its rates run at their own pace unless chosen otherwise. */
export async function openDiscordScene(store: Store, clockSpeed = 1): Promise<DiscordScene> {
	await using opened = new AsyncDisposableStack()
	const discord = opened.use(await startLocalDiscord({ clockSpeed }))
	const threadwise = opened.use(await openChatScene(store, discordVariables(discord)))
	const kept = opened.move()
	return { discord, threadwise, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}
