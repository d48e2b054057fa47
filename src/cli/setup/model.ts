import type { ChosenEndpoint } from './endpoint.ts'
import type { EnvChanges } from './env-text.ts'
import type { Prompter } from './prompter.ts'

export type ModelQuestions = {
	readonly prompter: Prompter
	readonly endpoint: ChosenEndpoint
	/** The variables that are set now, and whether they are about this endpoint. */
	readonly current: Readonly<Record<string, string | undefined>>
	readonly isSameEndpoint: boolean
}

const aliasVariables = ['THREADWISE_MODEL_FAST', 'THREADWISE_MODEL_STRONG', 'THREADWISE_MODEL_JUDGE'] as const
const modelVariables = ['THREADWISE_MODEL', ...aliasVariables] as const

/** Not for chats, whatever else they are good for. */
const otherPurposes = /embed|whisper|tts|dall-e|image|audio|realtime|moderation|transcri|davinci|babbage|rerank|sora/i
/** Names of models that think before they write, as far as names say so. */
const thinking = /^(?:gpt-5|o\d)(?!.*chat)|reason|think|deepseek-r\d|qwq|magistral/i

const kept = '(kept)'
const recommended = '(recommended)'
const typed = '(typed)'

/** Asks which model answers. Returns the variables that say so. */
export async function chooseModel(questions: ModelQuestions): Promise<EnvChanges> {
	const { prompter, endpoint } = questions
	const names = endpoint.models.filter((name) => !otherPurposes.test(name)).toSorted()
	const known = names.length === 0 ? endpoint.models : names
	const options = [
		...keptOption(questions),
		...recommendedOption(endpoint),
		...known.map((name) => ({ value: name, label: name })),
		{ value: typed, label: 'Type a name' },
	]
	const chosen =
		options.length === 1 ? typed : await prompter.choose({ message: 'Which model of that server?', options })
	if (chosen === kept) return {}
	if (chosen === recommended) return { ...nothing(modelVariables), ...plainKind(questions) }
	const name = chosen === typed ? await askName(prompter) : chosen
	return { ...nothing(aliasVariables), THREADWISE_MODEL: name, ...(await kindOf(name, questions)) }
}

function nothing(names: readonly string[]): EnvChanges {
	return Object.fromEntries(names.map((name) => [name, null]))
}

function keptOption({ current, isSameEndpoint }: ModelQuestions) {
	const named = modelVariables.flatMap((name) => current[name] ?? [])
	if (!isSameEndpoint || named.length === 0) return []
	return [{ value: kept, label: `As it is: ${[...new Set(named)].join(', ')}` }]
}

/** What Threadwise asks where no variable says otherwise. */
function recommendedOption({ baseUrl }: ChosenEndpoint) {
	if (baseUrl !== null) return []
	return [{ value: recommended, label: 'gpt-4.1-mini for what is easy, gpt-4.1 for the rest', hint: 'recommended' }]
}

function askName(prompter: Prompter): Promise<string> {
	return prompter.ask({
		message: 'What does the server call the model?',
		check: (answer) => (answer === '' ? 'A name, such as llama3.3' : null),
	})
}

/** Models that think are asked in another way, which plain ones would refuse. */
async function kindOf(name: string, questions: ModelQuestions): Promise<EnvChanges> {
	if (!thinking.test(name)) return plainKind(questions)
	const isThinking = await questions.prompter.confirm(`Does ${name} think before it writes (a "reasoning" model)?`)
	return isThinking ? { THREADWISE_MODEL_KIND: 'reasoning' } : plainKind(questions)
}

function plainKind({ current }: ModelQuestions): EnvChanges {
	return current.THREADWISE_MODEL_KIND === 'reasoning' ? { THREADWISE_MODEL_KIND: null } : {}
}
