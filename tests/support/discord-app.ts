import { createDiscordPlatform, type DiscordOptions } from '../../adapters/discord/index.ts'
import type { ChatPlatform, PlatformEvents } from '../../src/core/chat-platform.ts'
import type { PlatformNotes } from '../../src/core/platform-notes.ts'
import { type LocalDiscord, startLocalDiscord } from './discord/local-discord.ts'
import type { DiscordMessage } from './discord/messages.ts'
import type { LocalDiscordChoices } from './discord/options.ts'
import { everyComponent } from './discord/rules/component-tree.ts'
import { createMemoryNotes } from './memory-notes.ts'
import { createMemoryRuns, type MemoryRuns } from './memory-runs.ts'

/** A local Discord with the adapter connected to it. */
export type DiscordApp = AsyncDisposable & {
	readonly discord: LocalDiscord
	readonly platform: ChatPlatform
	readonly memory: MemoryRuns
	readonly notes: PlatformNotes
	readonly troubles: readonly unknown[]
	/** Ends this process of the bot and starts another one, with whatever was kept. */
	restart(): Promise<void>
}

export type DiscordAppChoices = {
	readonly events: PlatformEvents
	readonly discord?: LocalDiscordChoices
	readonly options?: Partial<DiscordOptions>
}

/** Starts a local Discord, whose rates run fast unless chosen otherwise, and connects the adapter to it. */
export async function startDiscordApp({ events, discord: choices, options }: DiscordAppChoices): Promise<DiscordApp> {
	const discord = await startLocalDiscord({ clockSpeed: 1_000, ...choices })
	const memory = createMemoryRuns()
	const notes = createMemoryNotes()
	const troubles: unknown[] = []
	const open = async () => {
		const platform = createDiscordPlatform({
			botToken: discord.botToken,
			apiUrl: discord.apiUrl,
			allowedBots: [],
			runs: memory.runs,
			conversations: memory.conversations,
			notes,
			runUrl: () => null,
			onTrouble: (error) => troubles.push(error),
			...options,
		})
		const left = new AbortController()
		await platform.start(events, left.signal)
		return { platform, leave: () => left.abort() }
	}
	let opened = await open()
	return {
		discord,
		get platform() {
			return opened.platform
		},
		memory,
		notes,
		troubles,
		restart: async () => {
			opened.leave()
			opened = await open()
		},
		[Symbol.asyncDispose]: async () => {
			opened.leave()
			await discord[Symbol.asyncDispose]()
		},
	}
}

/** All that can be read of a message, without marks and escapes. */
export function readableMessage({ content, components }: Pick<DiscordMessage, 'content' | 'components'>): string {
	const texts = everyComponent(components).flatMap((component) =>
		'content' in component && typeof component.content === 'string' ? [component.content] : [],
	)
	return [content, ...texts].filter(Boolean).map(withoutMarks).join('\n')
}

/** The labels and custom ids of the buttons of a message. */
export function buttonsOf({ components }: Pick<DiscordMessage, 'components'>): readonly string[] {
	return everyComponent(components).flatMap(({ custom_id: id }) => (typeof id === 'string' ? [id] : []))
}

function withoutMarks(markdown: string): string {
	return markdown
		.replaceAll(/^(?:-# |#{1,3} )/gm, '')
		.replaceAll(/(?<!\\)(?:\*\*|__|~~)/g, '')
		.replaceAll(/\\([^a-z\d\s])/gi, '$1')
		.replaceAll(/[\u200B\u2060]/g, '')
}
