import type { Config } from '../../config/index.ts'
import { type Check, type Finding, notChecked, notConfigured } from '../../core/check.ts'
import { ThreadwiseError } from '../../core/errors.ts'
import { createLanguageModels, listModels, type ModelAliasSettings, type ModelList } from '../../models/index.ts'
import { createFilePromptSource } from '../../prompts/index.ts'
import { askPrompt } from '../../reasoning/index.ts'
import type { OpenParts } from '../open-parts.ts'
import { promptFolders } from '../shipped-files.ts'
import { addressFinding, isReached, keyFinding, type Outcome, type ServerToCheck } from './endpoint-rows.ts'
import { askSomethingSmall, type SmallReply } from './model-probe.ts'
import {
	type Asked,
	isUnknownModel,
	jsonFinding,
	nameFinding,
	priceFinding,
	replyFinding,
	speedFinding,
	streamingFinding,
	usageFinding,
} from './model-rows.ts'
import { once } from './once.ts'

type ConfiguredModels = Extract<Config['models'], { readonly kind: 'configured' }>

const longestListMs = 10_000

/** Everything about the models that the configuration names: rows for each server, then for each model on it. */
export function modelChecks(models: Config['models'], opened: OpenParts): readonly Check[] {
	if (models.kind === 'practice') return [practiceCheck]
	const openedModels = createLanguageModels(models.settings)
	opened.defer('models', () => openedModels.close())
	// Requests of checks that gave up waiting end with the doctor.
	const ending = new AbortController()
	opened.defer('requests', () => ending.abort())
	const ask = { models: openedModels, signal: ending.signal }
	return Object.keys(models.settings.endpoints)
		.map((name) => serverOf(name, models, ask))
		.filter(({ groups }) => groups.length > 0)
		.flatMap(checksOf)
}

const practiceCheck: Check = {
	name: 'model',
	run: async () =>
		notConfigured(
			'none connected: the built-in practice model answers, which only solves small word problems',
			'Connect one: npm run -s threadwise -- setup',
		),
}

type Ask = { readonly models: ReturnType<typeof createLanguageModels>; readonly signal: AbortSignal }

/** Aliases that differ in nothing but their names. */
type Group = {
	readonly aliases: readonly string[]
	readonly settings: ModelAliasSettings
	readonly isUnpriced: boolean
	readonly small: () => Promise<Asked<SmallReply>>
	readonly ask: Ask
}

type Server = ServerToCheck & {
	readonly list: () => Promise<ModelList>
	/** An address under which there is a list, if there is none under this one. */
	readonly better: () => Promise<string | null>
	readonly groups: readonly Group[]
}

function serverOf(name: string, { settings, unpriced }: ConfiguredModels, ask: Ask): Server {
	const { baseUrl = '', apiKey = null } = settings.endpoints[name] ?? {}
	const aliases = Object.entries(settings.aliases).filter(([, { endpoint }]) => endpoint === name)
	const listWithinMs = Math.min(longestListMs, ...aliases.map(([, { timeoutMs }]) => timeoutMs))
	const patience = () => AbortSignal.any([ask.signal, AbortSignal.timeout(listWithinMs)])
	const list = once(() => listModels({ baseUrl, apiKey }, patience()))
	const better = once(async () => {
		const { kind } = await list()
		if ((kind !== 'no-list' && kind !== 'web-page') || /\/v\d+\/?$/.test(baseUrl)) return null
		const withVersion = `${baseUrl.replace(/\/$/, '')}/v1`
		const found = await listModels({ baseUrl: withVersion, apiKey }, patience())
		return found.kind === 'models' || found.kind === 'refused' ? withVersion : null
	})
	const alike = Object.groupBy(aliases, ([, alias]) => JSON.stringify(alias))
	const groups = Object.values(alike).flatMap((entries = []) => {
		const [first] = entries
		if (first === undefined) return []
		const [alias, aliasSettings] = first
		const small = once(async () =>
			isReached(await list()) && (await better()) === null
				? outcomeOf(askSomethingSmall(ask.models(alias), ask.signal))
				: { reply: null, error: notReached },
		)
		return [
			{
				aliases: entries.map(([each]) => each),
				settings: aliasSettings,
				isUnpriced: unpriced.includes(alias),
				small,
				ask,
			},
		]
	})
	return { name, baseUrl, hasKey: apiKey !== null, list, better, groups }
}

/** Stands for a question that wasn't put, since nobody would hear it. */
const notReached = new ThreadwiseError('model-unreachable', 'The endpoint is not reached.', {
	fix: 'See the endpoint.',
})

async function outcomeOf<Reply>(asking: Promise<Reply>): Promise<Asked<Reply>> {
	return asking.then(
		(reply) => ({ reply, error: null }),
		(error: unknown) => ({ reply: null, error }),
	)
}

function checksOf(server: Server): readonly Check[] {
	const timeoutMs = 2 * longestListMs + Math.max(...server.groups.map(patienceWith))
	const label = server.name === 'default' ? 'endpoint' : `endpoint ${server.name}`
	return [
		{
			name: label,
			timeoutMs,
			run: async () => addressFinding(server, await server.list(), await server.better()),
		},
		{
			name: server.name === 'default' ? 'key' : `key ${server.name}`,
			timeoutMs,
			run: async () => {
				const outcomes = await Promise.all(server.groups.map(async ({ small }) => codeOf(await small())))
				return (await server.better()) === null
					? keyFinding(server, await server.list(), outcomes)
					: notChecked('the endpoint is not reached')
			},
		},
		...server.groups.flatMap((group) => checksOfModel(server, group).map((check) => ({ timeoutMs, ...check }))),
	]
}

/** A model may stay silent for as long as its alias allows, before the first word and again in the second request. */
function patienceWith({ settings }: Group): number {
	return 3 * settings.timeoutMs + 30_000
}

function codeOf({ error }: Asked<SmallReply>): Outcome {
	if (error === null) return 'answered'
	return error instanceof ThreadwiseError ? error.code : 'internal'
}

function checksOfModel(server: Server, group: Group): readonly Check[] {
	const { settings, small } = group
	const label = group.aliases.join(', ')
	const check = (name: string, find: (asked: Asked<SmallReply>) => Finding | Promise<Finding>): Check => ({
		name: `${label}: ${name}`,
		run: async () => find(await small()),
	})
	return [
		check('model', async (asked) => nameFinding(await server.list(), settings.model, asked)),
		check('reply', (asked) => replyUnlessBlamed(server, group, asked)),
		check('JSON', (asked) => (asked.reply === null ? notChecked('it needs an answer') : askInForm(group))),
		check('streaming', streamingFinding),
		check('usage', usageFinding),
		check('speed', speedFinding),
		{
			name: `${label}: price`,
			run: async () => priceFinding(settings.price, group.isUnpriced, server.baseUrl),
		},
	]
}

/** What another row tells already isn't told again. */
async function replyUnlessBlamed(server: Server, { settings }: Group, asked: Asked<SmallReply>): Promise<Finding> {
	const { error } = asked
	if (error === notReached) return notChecked('the endpoint is not reached')
	const list = await server.list()
	if (isUnknownModel(list, settings.model, asked)) return notChecked('it needs a model')
	const outcomes = await Promise.all(server.groups.map(async ({ small }) => codeOf(await small())))
	const keyIsBlamed = keyFinding(server, list, outcomes).status === 'problem'
	return keyIsBlamed && codeOf(asked) === 'model-auth' ? notChecked('it needs a key') : replyFinding(asked)
}

/** A question that Threadwise itself asks, in the form that it asks for. */
const claim = {
	prompt: 'execute/verify@1',
	values: {
		objective: 'Multiply the number of boxes (g1) by the price of a box (g2) to get the price of all boxes.',
		inputs: 'g1: There are 12 boxes.\ng2: A box costs $4.50.',
		expected: 'the price of all boxes in dollars',
		result: '$54.00',
	},
}

async function askInForm({ aliases, ask }: Group): Promise<Finding> {
	const [alias = ''] = aliases
	const dependencies = { models: ask.models, prompts: createFilePromptSource(promptFolders) }
	const asked = await outcomeOf(askPrompt({ ...claim, model: alias }, dependencies, ask.signal))
	return jsonFinding(ask.models.outputMode(alias), asked)
}
