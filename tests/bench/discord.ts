import type { LocalDiscord } from '../support/discord/local-discord.ts'
import type { DiscordMessage } from '../support/discord/messages.ts'
import { acknowledgeFigures, tableOf } from './chat/figures.ts'
import { dropConnections, mention } from './chat/mentions.ts'
import { isKept, type Outcomes, outcomesOf, unhandledRefusals } from './chat/outcomes.ts'
import { discordMeeting } from './discord/mentions.ts'
import { discordAnswering, discordPurposeOf, mostEditsWithin, signsOfLifeMs } from './discord/outcomes.ts'
import { type DiscordScene, openDiscordScene } from './discord/scene.ts'
import { discordUnrest } from './discord/unrest.ts'
import type { Benchmark, BenchmarkSetting } from './support/benchmark.ts'
import { rounded } from './support/rounds.ts'

const mostAcknowledgeMs = 1_000
const channels = 20
const editWindowMs = 5_000
const mostEdits = 5
const claim =
	'every mention is answered exactly once, though Discord tells of it again and again, resumes, ends sessions, shares its rates, drops ' +
	'connections before and after a post, and the bot is killed in between; no request is invalid, no refusal is left at that, no thread ' +
	'sees more than five edits in five seconds, and 95 of 100 mentions that the bot is there for meet a sign of life within a second'

type Sizes = {
	readonly mentions: number
	/** How many posts lose their connection before they are done, and how many after. */
	readonly dropsOfEachKind: number
	readonly everyMs: number
	readonly limitMs: number
}

// Slowly enough for the fifty requests a second that a bot may make; Discord's rates run at their own pace.
const sizes: Sizes = { mentions: 500, dropsOfEachKind: 500, everyMs: 200, limitMs: 600_000 }
const quickSizes: Sizes = { mentions: 50, dropsOfEachKind: 5, everyMs: 150, limitMs: 15_000 }

export const benchmark: Benchmark = {
	summary:
		'mentions in Discord, told again after resumed and ended sessions, the bot killed in between: what is lost or doubled',
	claim,

	async measure(setting) {
		const { quick, progress } = setting
		const chosen = quick ? quickSizes : sizes
		progress.expect(2)
		await using scene = await openDiscordScene('postgres')
		progress.begin(`${chosen.mentions} mentions`)
		const figures = await measureMentions(scene, chosen, setting)
		progress.begin(`${chosen.dropsOfEachKind} posts dropped before and after they are done`)
		const afterDrops = await measureDrops(scene, chosen, setting)
		return {
			parameters: { ...chosen, channels, store: 'postgres', quick, node: process.version },
			figures: { ...figures, afterDrops },
			holds: [figures, afterDrops].every(keepsClaim) && figures.acknowledgeP95Ms < mostAcknowledgeMs,
			tables: [tableOf('Mentions', figures), tableOf('With dropped connections', afterDrops)],
		}
	},
}

type Figures = Outcomes & ReturnType<typeof tallyOf>

function keepsClaim(figures: Figures): boolean {
	const { unhandled429, invalidRequests, mostEditsIn5s } = figures
	return isKept(figures) && unhandled429 === 0 && invalidRequests === 0 && mostEditsIn5s <= mostEdits
}

async function measureMentions(
	{ discord, threadwise }: DiscordScene,
	{ mentions: count, everyMs, limitMs }: Sizes,
	{ signal }: BenchmarkSetting,
) {
	const unrest = discordUnrest(discord, threadwise, count)
	const isThere: boolean[] = []
	const asked = await mention(discordMeeting(discord, channels), {
		count,
		everyMs,
		before: (index) => {
			unrest.before(index)
			isThere.push(discord.gateway.connectionCount() > 0)
		},
		after: unrest.after,
		signal,
	})
	isThere.push(true)
	const outcomes = await outcomesOf(discordAnswering(discord), asked, limitMs, signal)
	// What is said as a connection is lost is told with the next one.
	const heard = asked.filter((_, index) => isThere[index] && isThere[index + 1])
	return {
		...outcomes,
		...tallyOf(discord, outcomes, 0, heard),
		askedWhileAway: asked.length - heard.length,
		sessions: discord.gateway.sessions.length,
	}
}

async function measureDrops({ discord }: DiscordScene, sizes: Sizes, { signal }: BenchmarkSetting) {
	const { dropsOfEachKind, everyMs, limitMs } = sizes
	const callsBefore = discord.calls.length
	discord.faults.clear()
	dropConnections(discord, 'POST /channels/{channel_id}/messages', dropsOfEachKind)
	const asked = await mention(discordMeeting(discord, channels), { count: dropsOfEachKind, everyMs, signal })
	const outcomes = await outcomesOf(discordAnswering(discord), asked, limitMs, signal)
	const dropped = discord.calls.slice(callsBefore).filter(({ status }) => status === null)
	return {
		...outcomes,
		...tallyOf(discord, outcomes, callsBefore, asked),
		droppedBefore: dropped.filter(({ isDone }) => !isDone).length,
		droppedAfter: dropped.filter(({ isDone }) => isDone).length,
	}
}

/** Of the calls since then, and of what was asked while the bot was there. */
function tallyOf(discord: LocalDiscord, { answered }: Outcomes, since: number, heard: readonly DiscordMessage[]) {
	const calls = discord.calls.slice(since)
	return {
		refused429: calls.filter(({ status }) => status === 429).length,
		unhandled429: unhandledRefusals(calls, discordPurposeOf).length,
		invalidRequests: calls.filter(({ isInvalid }) => isInvalid).length,
		mostEditsIn5s: mostEditsWithin(calls, editWindowMs),
		...acknowledgeFigures(signsOfLifeMs(discord, heard)),
		callsPerAnswer: rounded(calls.length / answered, 2),
	}
}
