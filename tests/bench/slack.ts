import type { LocalSlack } from '../support/slack/local-slack.ts'
import { acknowledgeFigures, tableOf } from './chat/figures.ts'
import { dropConnections, mention } from './chat/mentions.ts'
import { isKept, type Outcomes, outcomesOf, unhandledRefusals } from './chat/outcomes.ts'
import { slackMeeting } from './slack/mentions.ts'
import { slackAnswering, slackPurposeOf } from './slack/outcomes.ts'
import { openSlackScene } from './slack/scene.ts'
import type { Benchmark, BenchmarkSetting } from './support/benchmark.ts'
import { rounded } from './support/rounds.ts'

const mostAcknowledgeMs = 300
const channels = 20
const claim =
	'every mention is answered exactly once, though Slack tells of it in two events, out of order, again and again, refuses for the ' +
	'rate and drops connections before and after a post; no refusal is left at that, and 95 of 100 events are acknowledged within 300 ms'

type Sizes = {
	readonly clockSpeed: number
	readonly mentions: number
	/** How many posts lose their connection before they are done, and how many after. */
	readonly dropsOfEachKind: number
	readonly everyMs: number
	readonly limitMs: number
}

const sizes: Sizes = { clockSpeed: 20, mentions: 500, dropsOfEachKind: 1_000, everyMs: 100, limitMs: 600_000 }
const quickSizes: Sizes = { clockSpeed: 60, mentions: 50, dropsOfEachKind: 5, everyMs: 100, limitMs: 10_000 }

export const benchmark: Benchmark = {
	summary: 'mentions in Slack, delivered twice, again and out of order, with lost connections: what is lost or doubled',
	claim,

	async measure(setting) {
		const { quick, progress } = setting
		const chosen = quick ? quickSizes : sizes
		progress.expect(2)
		progress.begin(`${chosen.mentions} mentions`)
		const figures = await measureMentions(chosen, setting)
		progress.begin(`${chosen.dropsOfEachKind} posts dropped before and after they are done`)
		const afterDrops = await measureDrops(chosen, setting)
		return {
			parameters: { ...chosen, channels, store: 'postgres', quick, node: process.version },
			figures: { ...figures, afterDrops },
			holds:
				[figures, afterDrops].every(isKept) &&
				figures.unhandled429 === 0 &&
				afterDrops.unhandled429 === 0 &&
				figures.acknowledgeP95Ms < mostAcknowledgeMs,
			tables: [tableOf('Mentions', figures), tableOf('With dropped connections', afterDrops)],
		}
	},
}

async function measureMentions({ clockSpeed, mentions: count, everyMs, limitMs }: Sizes, { signal }: BenchmarkSetting) {
	await using slack = await openSlackScene({ store: 'postgres', clockSpeed })
	const again: Promise<unknown>[] = []
	const asked = await mention(slackMeeting(slack, channels), {
		count,
		everyMs,
		before: (index) => {
			if (index % 3 === 0) slack.deliverTwice()
			if (index % 4 === 0) slack.reorder()
			if (index % 10 === 0) slack.refuse('chat.postMessage', 'ratelimited', 1, 1)
		},
		after: (index) => {
			if (index % 5 === 0) again.push(slack.deliverAgain())
			// What is under way isn't acknowledged then, and delivered again.
			if (index % 100 === 45) slack.disconnectSockets()
			if (index % 100 === 95) slack.disconnectSockets('refresh_requested')
		},
		signal,
	})
	const outcomes = await outcomesOf(slackAnswering(slack), asked, limitMs, signal)
	await Promise.all(again)
	return { ...outcomes, ...tallyOf(slack, outcomes) }
}

async function measureDrops({ clockSpeed, dropsOfEachKind, everyMs, limitMs }: Sizes, { signal }: BenchmarkSetting) {
	// Whoever can't post without trouble streams nothing, so that every question meets both kinds of drops.
	await using slack = await openSlackScene({ store: 'postgres', clockSpeed, streaming: false })
	dropConnections(slack, 'chat.postMessage', dropsOfEachKind)
	const asked = await mention(slackMeeting(slack, channels), { count: dropsOfEachKind, everyMs, signal })
	const outcomes = await outcomesOf(slackAnswering(slack), asked, limitMs, signal)
	const dropped = slack.calls.filter(({ method, status }) => method === 'chat.postMessage' && status === null)
	return {
		...outcomes,
		...tallyOf(slack, outcomes),
		droppedBefore: dropped.filter(({ isDone }) => !isDone).length,
		droppedAfter: dropped.filter(({ isDone }) => isDone).length,
	}
}

function tallyOf({ calls, acknowledgements }: LocalSlack, { answered }: Outcomes) {
	const acknowledgedMs = acknowledgements.flatMap(({ tookMs }) => tookMs ?? [])
	return {
		streamed: calls.filter(({ method, isDone }) => method === 'chat.startStream' && isDone).length,
		deliveries: acknowledgements.length,
		deliveredAgain: acknowledgements.filter(({ attempts }) => attempts > 1).length,
		neverAcknowledged: acknowledgements.length - acknowledgedMs.length,
		refused429: calls.filter(({ status }) => status === 429).length,
		unhandled429: unhandledRefusals(calls, slackPurposeOf).length,
		...acknowledgeFigures(acknowledgedMs),
		callsPerAnswer: rounded(calls.length / answered, 2),
	}
}
