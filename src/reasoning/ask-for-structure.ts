import { textContent } from '../core/content.ts'
import { ThreadwiseError, unreadableReply } from '../core/errors.ts'
import type { ModelMessage, ModelRequest } from '../core/language-model.ts'
import type { AskStructured, Progress } from '../core/stage.ts'
import type { ModelReply } from './model-reply.ts'
import { jsonSchemaFor, parseStructured, type Structured } from './structured-output/index.ts'

type Send = (
	key: string,
	messages: readonly ModelMessage[],
	output: NonNullable<ModelRequest['output']>,
) => Progress<ModelReply>

/** One repair request shows the model its reply and what is wrong with it; a second misfit is the model's failure. */
export async function* askForStructure<Output>(
	call: AskStructured<Output>,
	messages: readonly ModelMessage[],
	send: Send,
): Progress<Output> {
	const { name, schema } = call.output
	const output = { name, schema: jsonSchemaFor(name, schema) }
	const first: ModelReply = yield* send(call.key, messages, output)
	const parsed = read(first, call)
	if (parsed.ok) return parsed.value
	if (call.repair === false) throw unreadable(name, parsed.problem)
	const second: ModelReply = yield* send(
		`${call.key}-repair`,
		[...messages, ...repairRequest(first.text, parsed.problem)],
		output,
	)
	const repaired = read(second, call)
	if (repaired.ok) return repaired.value
	throw unreadable(name, repaired.problem)
}

/** A server that breaks its protocol is another matter: it may be asked again. */
export async function* nullIfUnreadable<Output>(asked: Progress<Output>): Progress<Output | null> {
	try {
		return yield* asked
	} catch (error) {
		if (error instanceof ThreadwiseError && error.code === 'model-malformed' && error.retry === 'never') return null
		throw error
	}
}

const tooLong = 'It was too long and was cut off at its limit. It must be much shorter.'

/** What is cut off is never mended: a number that lost its end would go on as a fact. */
function read<Output>({ text, finishReason }: ModelReply, { output }: AskStructured<Output>): Structured<Output> {
	return finishReason === 'length' ? { ok: false, problem: tooLong } : parseStructured(text, output.schema)
}

function unreadable(name: string, problem: string): ThreadwiseError {
	return unreadableReply(`The model's ${name} could not be read: ${problem}`)
}

const longestShownReply = 8_000

function repairRequest(reply: string, problem: string): readonly ModelMessage[] {
	return [
		{ role: 'assistant', content: textContent(reply.slice(0, longestShownReply)) },
		{
			role: 'user',
			content: textContent(`That reply can't be used: ${problem}\nReply again with the corrected JSON object only.`),
		},
	]
}
