import { hasNoCredentials } from '../../config/index.ts'
import { counted } from '../../core/counted.ts'
import type { ModelList } from '../../models/index.ts'
import { addressFinding, addressOf, keyFinding } from '../doctor/endpoint-rows.ts'
import type { Prompter } from './prompter.ts'

/** A server on this machine that setup looks for. */
export type LocalPlace = {
	readonly id: string
	readonly title: string
	readonly baseUrl: string
	readonly start: string
}

export const localPlaces: readonly LocalPlace[] = [
	{ id: 'ollama', title: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1', start: 'ollama serve' },
	{ id: 'lm-studio', title: 'LM Studio', baseUrl: 'http://127.0.0.1:1234/v1', start: 'lms server start' },
]

/** Where a model is asked. */
export type ChosenEndpoint = {
	/** Null for OpenAI itself. */
	readonly baseUrl: string | null
	readonly apiKey: string | null
	/** The names of its models, where it keeps a list. */
	readonly models: readonly string[]
}

export type EndpointQuestions = {
	readonly prompter: Prompter
	readonly places: readonly LocalPlace[]
	readonly openAiUrl: string
	/** The values that are set now. */
	readonly current: { readonly baseUrl: string | null; readonly apiKey: string | null }
	list(endpoint: { readonly baseUrl: string; readonly apiKey: string | null }): Promise<ModelList>
}

type Where = { readonly baseUrl: string | null; readonly apiKey: string | null }

/** Asks where the model is until it is reached, or the person goes on all the same. Null: the practice model will do. */
export async function chooseEndpoint(questions: EndpointQuestions): Promise<ChosenEndpoint | null> {
	const { prompter } = questions
	let current = questions.current
	for (;;) {
		const where = await askWhere({ ...questions, current })
		if (where === null) return null
		prompter.say(`Asking ${addressOf(where.baseUrl ?? questions.openAiUrl)} …`)
		const reached = await reach(where, questions)
		if (reached.trouble === null) return reached.endpoint
		prompter.warn(reached.trouble)
		const options = [
			{ value: 'again', label: 'Change the answers' },
			{ value: 'anyway', label: 'Go on all the same' },
		] as const
		if ((await prompter.choose({ message: 'What now?', options })) === 'anyway') return reached.endpoint
		current = where
	}
}

async function askWhere(questions: EndpointQuestions): Promise<Where | null> {
	const { prompter, places, current } = questions
	const found = await Promise.all(
		places.map(async (place) => ({ place, list: await questions.list({ baseUrl: place.baseUrl, apiKey: null }) })),
	)
	const kind = await prompter.choose({
		message: 'Which model shall answer?',
		options: [
			...found.map(localOption),
			{ value: 'openai', label: 'OpenAI', hint: 'needs a key' },
			{ value: 'other', label: 'Another server', hint: 'anything that speaks the API of OpenAI: vLLM, a gateway …' },
			{ value: 'practice', label: 'None yet: the practice model', hint: 'solves small word problems, costs nothing' },
		],
		initial: initialKind(questions, found.find(({ list }) => list.kind === 'models')?.place ?? null),
	})
	if (kind === 'practice') return null
	const place = places.find(({ id }) => id === kind)
	if (place !== undefined) return { baseUrl: place.baseUrl, apiKey: keyFor(place.baseUrl, current) }
	if (kind === 'openai') return { baseUrl: null, apiKey: await askKey(questions, null) }
	const baseUrl = await askAddress(questions)
	return { baseUrl, apiKey: await askKey(questions, baseUrl) }
}

function localOption({ place: { id, title, start }, list }: { readonly place: LocalPlace; readonly list: ModelList }) {
	if (list.kind !== 'models') return { value: id, label: `${title} on this machine`, hint: `not running; ${start}` }
	return { value: id, label: `${title} on this machine (running, ${counted(list.names.length, 'model')})` }
}

function initialKind({ places, current }: EndpointQuestions, running: LocalPlace | null): string {
	const place = places.find(({ baseUrl }) => baseUrl === current.baseUrl)
	if (place !== undefined) return place.id
	if (current.baseUrl !== null) return 'other'
	if (current.apiKey !== null) return 'openai'
	return running?.id ?? 'openai'
}

/** A key belongs to one server, and no other gets to see it. */
function keyFor(baseUrl: string | null, current: Where): string | null {
	return baseUrl === current.baseUrl ? current.apiKey : null
}

function askAddress({ prompter, current, places }: EndpointQuestions): Promise<string> {
	const isLocal = places.some(({ baseUrl }) => baseUrl === current.baseUrl)
	const initial = current.baseUrl === null || isLocal ? {} : { initial: current.baseUrl }
	return prompter.ask({
		message: 'Its address, up to where the API begins',
		placeholder: 'http://127.0.0.1:8000/v1',
		...initial,
		check: (answer) => {
			if (!URL.canParse(answer) || !/^https?:\/\//.test(answer)) {
				return 'Begin it with http:// or https://, such as http://127.0.0.1:8000/v1'
			}
			return hasNoCredentials(answer) ? null : 'An address without user and password; its key is asked for next'
		},
	})
}

/** How a secret is shown that is there already. */
export function endOfSecret(secret: string): string {
	return secret.length < 12 ? '…' : `…${secret.slice(-4)}`
}

async function askKey({ prompter, current }: EndpointQuestions, baseUrl: string | null): Promise<string | null> {
	const known = keyFor(baseUrl, current)
	const isNeeded = baseUrl === null
	if (known !== null) {
		const kept = await prompter.choose({
			message: 'The key',
			options: [
				{ value: 'keep', label: `Keep ${endOfSecret(known)}` },
				{ value: 'new', label: 'Enter another one' },
				...(isNeeded ? [] : [{ value: 'none', label: 'None' } as const]),
			],
		})
		if (kept === 'keep') return known
		if (kept === 'none') return null
	}
	const key = await prompter.askSecret({
		message: isNeeded ? 'Your key (platform.openai.com/api-keys)' : 'Its key; leave it empty if it asks for none',
		check: (answer) => {
			if (answer === '') return isNeeded ? 'OpenAI needs a key.' : null
			return /\s/.test(answer) ? 'A key has no spaces: copy it again.' : null
		},
	})
	return key === '' ? null : key
}

type Reached = { readonly endpoint: ChosenEndpoint; readonly trouble: string | null }

/** Finds the list of models, also where the address lacks its usual end. */
async function reach({ baseUrl, apiKey }: Where, questions: EndpointQuestions): Promise<Reached> {
	const address = baseUrl ?? questions.openAiUrl
	const list = await questions.list({ baseUrl: address, apiKey })
	const withVersion = `${address.replace(/\/+$/, '')}/v1`
	const mayLackVersion = (list.kind === 'no-list' || list.kind === 'web-page') && !/\/v\d+\/*$/.test(address)
	const other = mayLackVersion ? await questions.list({ baseUrl: withVersion, apiKey }) : null
	if (other !== null && (other.kind === 'models' || other.kind === 'refused')) {
		questions.prompter.say(`The API begins at ${withVersion}.`)
		return reachedAt(withVersion, apiKey, other)
	}
	return reachedAt(baseUrl, apiKey, list, address)
}

function reachedAt(baseUrl: string | null, apiKey: string | null, list: ModelList, address = baseUrl ?? ''): Reached {
	const server = { name: 'default', baseUrl: address, hasKey: apiKey !== null }
	const findings = [addressFinding(server, list, null), keyFinding(server, list, [])]
	const trouble = findings.find(({ status }) => status === 'problem')
	const models = list.kind === 'models' ? list.names : []
	return {
		endpoint: { baseUrl, apiKey, models },
		trouble: trouble === undefined ? null : `${trouble.message}\n${trouble.fix}`,
	}
}
