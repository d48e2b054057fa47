import type { ChatCompletionCreateParamsStreaming } from 'openai/resources/chat/completions'
import type { ModelRequest } from '../core/language-model.ts'
import { plainerDialect } from './dialect.ts'
import type { ModelEndpoint } from './endpoint.ts'
import { refusalOf } from './error-facts.ts'
import { type RequestedModel, requestBody } from './request-body.ts'
import type { SupervisedCall } from './supervised-call.ts'

const mostRefusals = 8

/** An answer that has begun: its headers are there, its body isn't read yet. `sent` is the request that was accepted. */
export type OpenedReply = { readonly response: Response; readonly sent: ChatCompletionCreateParamsStreaming }

/**
 * Sends the request in the dialect known to work, and in plainer ones as long as the server refuses a parameter. What
 * worked is remembered by the endpoint. Throws what the client throws.
 */
export async function openReply(
	endpoint: ModelEndpoint,
	asked: RequestedModel,
	request: ModelRequest,
	call: SupervisedCall,
): Promise<OpenedReply> {
	let dialect = endpoint.dialectOf(asked.model)
	for (let refusals = 0; ; refusals++) {
		const sent = requestBody(asked, request, dialect)
		try {
			const response = await call.watch(send(endpoint, sent, headersOf(request), call.controller.signal))
			if (refusals > 0) endpoint.learn(asked.model, dialect)
			return { response, sent }
		} catch (thrown) {
			const refusal = refusals < mostRefusals ? refusalOf(thrown) : null
			const plainer = refusal === null ? null : plainerDialect(dialect, { sent, kind: asked.kind }, refusal)
			if (plainer === null) throw thrown
			dialect = plainer
		}
	}
}

async function send(
	endpoint: ModelEndpoint,
	body: ChatCompletionCreateParamsStreaming,
	headers: Readonly<Record<string, string>>,
	signal: AbortSignal,
) {
	return endpoint.client().chat.completions.create(body, { headers, signal }).asResponse()
}

/** Parts of the name may come from a model, and a header takes only a few characters. */
function headersOf({ callId }: ModelRequest): Readonly<Record<string, string>> {
	return callId === undefined ? {} : { 'x-threadwise-call': encodeURI(callId.toWellFormed()) }
}
