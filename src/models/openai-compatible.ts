import type { LanguageModel, ModelChunk, ModelKind, ModelPrice, ModelRequest } from '../core/language-model.ts'
import type { ModelEndpoint } from './endpoint.ts'
import { type AskedModel, silenceError, translateModelError } from './errors.ts'
import { openReply } from './open-reply.ts'
import { readReply } from './reply.ts'
import { readBody } from './reply-body.ts'
import { countCharacters } from './request-body.ts'
import { type CallEnding, SupervisedCall } from './supervised-call.ts'

export type OpenAiCompatibleModelOptions = {
	readonly alias: string
	readonly model: string
	readonly kind: ModelKind
	readonly price: ModelPrice
	readonly endpoint: ModelEndpoint
	readonly allowsTemperature: boolean
	/** The silence allowed before the first byte and between two pieces of the reply; not a limit on the whole. */
	readonly timeoutMs: number
}

/** A model behind the chat completions API, which OpenAI and nearly every other server speaks. */
export function createOpenAiCompatibleModel(options: OpenAiCompatibleModelOptions): LanguageModel {
	const { alias, model, kind, price } = options
	return {
		alias,
		model,
		kind,
		price,
		stream: (request, signal) => ({
			[Symbol.asyncIterator]: () => startCall(options, request, signal),
		}),
	}
}

function startCall(options: OpenAiCompatibleModelOptions, request: ModelRequest, signal: AbortSignal) {
	const call = new SupervisedCall(signal, request.timeoutMs ?? options.timeoutMs)
	const chunks = streamReply(options, request, call)
	const iterator: AsyncIterator<ModelChunk, void> = {
		next: () => chunks.next(),
		// A generator can't be left while it waits for its next chunk, so the call is ended from outside.
		return: () => {
			call.close()
			return chunks.return()
		},
	}
	return iterator
}

async function* streamReply(
	options: OpenAiCompatibleModelOptions,
	request: ModelRequest,
	call: SupervisedCall,
): AsyncGenerator<ModelChunk, void> {
	const { alias, model, endpoint } = options
	const asked: AskedModel = { alias, model, server: endpoint.server, redact: endpoint.redact }
	try {
		throwIfEnded(call.ending, asked)
		const { response, sent } = await openReply(endpoint, options, request, call)
		const events = readBody(response, call, endpoint.client(), asked)
		for await (const chunk of readReply(events, { asked, sentCharacters: countCharacters(sent) })) {
			yield chunk
			if (chunk.kind === 'finish') return
			throwIfEnded(call.ending, asked)
		}
	} catch (thrown) {
		if (call.ending?.by === 'consumer') return
		throwIfEnded(call.ending, asked)
		throw translateModelError(thrown, asked)
	} finally {
		call.close()
	}
}

/** An aborted connection makes the client throw or end early in its own ways; the reason for it is what counts. */
function throwIfEnded(ending: CallEnding | null, asked: AskedModel): void {
	if (ending?.by === 'caller') throw ending.reason
	if (ending?.by === 'silence') throw silenceError(ending.silenceMs, asked)
}
