import { DiscordAPIError, HTTPError, RateLimitError } from 'discord.js'
import { ThreadwiseError } from '../../src/core/errors.ts'
import { type NeededPermission, titleOfPermission } from './permissions.ts'

/** Discord's own numbers for what it refuses. https://docs.discord.com/developers/topics/opcodes-and-status-codes#json */
export const codes = {
	unknownChannel: 10_003,
	unknownMessage: 10_008,
	unknownWebhook: 10_015,
	unknownInteraction: 10_062,
	tooFast: 20_028,
	alreadyAcknowledged: 40_060,
	missingAccess: 50_001,
	cannotMessagePerson: 50_007,
	missingPermissions: 50_013,
	wrongChannelType: 50_024,
	tokenEnded: 50_027,
	invalidForm: 50_035,
	threadArchived: 50_083,
	noSharedGuild: 50_278,
	noHistory: 160_002,
	threadExists: 160_004,
	threadLocked: 160_005,
	tooManyThreads: 160_006,
	blockedByAutoMod: 200_000,
	titleBlockedByAutoMod: 200_001,
} as const
export type RefusalName = keyof typeof codes

const keyRetryMs = 60_000

const fixes: Readonly<Partial<Record<RefusalName, string>>> = {
	missingAccess: 'Give the role of the bot the permissions View Channel and Read Message History there.',
	missingPermissions: 'Give the role of the bot the permissions that `threadwise doctor` names for this channel.',
	unknownChannel: 'The channel is gone: ask in another one.',
	threadLocked: 'Unlock the thread, or ask in another one.',
	tooManyThreads: 'Archive threads of the channel that are over, or ask in another one.',
	blockedByAutoMod: 'Have AutoMod (Server Settings) let through what the bot writes: add its role to the exempt ones.',
	titleBlockedByAutoMod:
		'Have AutoMod (Server Settings) let through what the bot writes: add its role to the exempt ones.',
	noSharedGuild: 'Ask in a server that the bot is in, or bring it into one of yours.',
	cannotMessagePerson: 'Allow direct messages from members of the server, or ask in a channel.',
}

/** The error family of Threadwise for whatever a call to Discord throws. */
export function fromDiscord(error: unknown): unknown {
	if (error instanceof RateLimitError) return tooFast(error.retryAfter, error)
	if (error instanceof HTTPError) return away(`HTTP status ${error.status}`, error)
	if (error instanceof DiscordAPIError) return refusal(error)
	return error instanceof Error && isOfTheNetwork(error) ? away(reasonOf(error), error) : error
}

/** Discord's own number for what it has refused; null for any other error. */
export function discordCodeOf(error: unknown): number | null {
	const cause = error instanceof ThreadwiseError ? error.cause : error
	return cause instanceof DiscordAPIError && typeof cause.code === 'number' ? cause.code : null
}

export function isRefusal(error: unknown, ...names: readonly RefusalName[]): boolean {
	const code = discordCodeOf(error)
	return names.some((name) => codes[name] === code)
}

/** The same, naming what the bot lacks there. */
export function namingMissing(error: unknown, missing: readonly NeededPermission[]): unknown {
	if (missing.length === 0 || !(error instanceof ThreadwiseError)) return error
	if (!isRefusal(error, 'missingAccess', 'missingPermissions')) return error
	const fix = `Give the role of the bot these permissions there: ${missing.map(titleOfPermission).join(', ')}.`
	return new ThreadwiseError(error.code, error.message, { fix, cause: error.cause })
}

function tooFast(afterMs: number, cause: unknown): ThreadwiseError {
	return new ThreadwiseError('platform-unavailable', 'Discord takes no more messages at the moment.', {
		fix: 'Nothing: it goes on by itself.',
		retry: { afterMs },
		cause,
	})
}

function away(why: string, cause: unknown): ThreadwiseError {
	return new ThreadwiseError('platform-unavailable', `Discord doesn't answer: ${why}.`, {
		fix: 'Nothing, if it passes; else see https://discordstatus.com and the network.',
		retry: { afterMs: null },
		cause,
	})
}

function refusal(error: DiscordAPIError): ThreadwiseError {
	if (error.status === 401) return wrongToken(error)
	if (error.code === codes.tooFast) return tooFast(keyRetryMs, error)
	const name = Object.entries(codes).find(([, code]) => code === error.code)?.[0] as RefusalName | undefined
	const fix = name === undefined ? undefined : fixes[name]
	return new ThreadwiseError('platform-refused', `Discord refused: ${titleOf(error)} (${error.code}).`, {
		fix: fix ?? 'Look the number up at https://docs.discord.com/developers/topics/opcodes-and-status-codes.',
		cause: error,
	})
}

function wrongToken(cause: unknown): ThreadwiseError {
	return new ThreadwiseError('platform-refused', "Discord doesn't know the token of the bot.", {
		fix: 'Copy the token again into DISCORD_BOT_TOKEN (https://discord.com/developers/applications, Bot, Reset Token).',
		retry: { afterMs: keyRetryMs },
		cause,
	})
}

/** The first line alone: the others quote what was sent. */
function titleOf({ message }: DiscordAPIError): string {
	return (message.split('\n')[0] ?? '').replace(/\.$/, '')
}

/** What `fetch` throws where there is no answer, and what a request that took too long ends with. */
function isOfTheNetwork(error: Error): boolean {
	return (
		error instanceof TypeError || error.name === 'AbortError' || error.name === 'TimeoutError' || hasSystemCode(error)
	)
}

function hasSystemCode(error: Error): error is Error & { readonly code: string } {
	return 'code' in error && typeof error.code === 'string' && /^[A-Z_]+$/.test(error.code)
}

export function reasonOf(error: unknown): string {
	for (let each: unknown = error; each instanceof Error; each = each.cause) {
		if (hasSystemCode(each)) return each.code
		if (each.name === 'AbortError' || each.name === 'TimeoutError') return 'it took too long'
	}
	return 'there is no connection'
}
