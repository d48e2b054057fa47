import type {
	ChatCompletionContentPart,
	ChatCompletionCreateParamsStreaming,
	ChatCompletionMessageParam,
} from 'openai/resources/chat/completions'
import { type ContentPart, textContent, textOf } from '../core/content.ts'
import type { JsonSchema, ModelKind, ModelMessage, ModelRequest } from '../core/language-model.ts'
import type { Dialect } from './dialect.ts'

/** The facts about a model that shape its requests. */
export type RequestedModel = {
	readonly model: string
	readonly kind: ModelKind
	readonly allowsTemperature: boolean
}

/** The body of one request in the given dialect. */
export function requestBody(
	asked: RequestedModel,
	request: ModelRequest,
	dialect: Dialect,
): ChatCompletionCreateParamsStreaming {
	const takes = (parameter: Dialect['refused'][number]) => !dialect.refused.includes(parameter)
	return {
		model: asked.model,
		messages: messagesInDialect(request, dialect).map(toParameter),
		stream: true,
		...(takes('stream_options') ? { stream_options: { include_usage: true } } : {}),
		[dialect.limitFields[0]]: request.maxOutputTokens + (asked.kind === 'reasoning' ? dialect.thinkingRooms[0] : 0),
		...responseFormat(request, dialect),
		...(takes('temperature') ? temperature(asked, request) : {}),
		...(takes('seed') && request.sample !== undefined ? { seed: request.sample } : {}),
		...(takes('reasoning_effort') ? reasoningEffort(asked, request, dialect) : {}),
	}
}

/** What is said to a model whose server can't be made to keep the schema. */
export function jsonInstruction(schema: JsonSchema): string {
	const document = JSON.stringify(schema)
	return `Reply with one JSON object and nothing else. It must match this JSON Schema:\n\`\`\`json\n${document}\n\`\`\``
}

/** The characters of all text that a request sends, from which its tokens are estimated. */
export function countCharacters({ messages }: ChatCompletionCreateParamsStreaming): number {
	const texts = messages.flatMap(({ content }) => {
		if (typeof content === 'string') return [content]
		return (content ?? []).flatMap((part) => (part.type === 'text' ? [part.text] : []))
	})
	return texts.reduce((sum, text) => sum + text.length, 0)
}

function temperature({ kind, allowsTemperature }: RequestedModel, request: ModelRequest) {
	const isSent = kind === 'plain' && allowsTemperature && request.temperature !== undefined
	return isSent ? { temperature: request.temperature } : {}
}

function reasoningEffort({ kind }: RequestedModel, { reasoningEffort: effort }: ModelRequest, dialect: Dialect) {
	if (kind !== 'reasoning' || effort === undefined) return {}
	return { reasoning_effort: effort === 'none' ? dialect.lowestEfforts[0] : effort }
}

function responseFormat({ output }: ModelRequest, dialect: Dialect) {
	const mode = dialect.outputModes[0]
	if (output === undefined || mode === 'text') return {}
	if (mode === 'json-object') return { response_format: { type: 'json_object' as const } }
	const name = output.name.replace(/[^\w-]/g, '_').slice(0, 64)
	const json_schema = { name, strict: true, schema: { ...output.schema } }
	return { response_format: { type: 'json_schema' as const, json_schema } }
}

function messagesInDialect({ messages, output }: ModelRequest, dialect: Dialect): readonly ModelMessage[] {
	if (output === undefined || dialect.outputModes[0] === 'json-schema') return messages
	const instruction = jsonInstruction(output.schema)
	const last = messages.findLastIndex((message) => message.role === 'user')
	const asked = messages[last]
	if (asked === undefined) return [...messages, { role: 'user', content: textContent(instruction) }]
	return messages.with(last, { ...asked, content: [...asked.content, ...textContent(instruction)] })
}

function toParameter({ role, content }: ModelMessage): ChatCompletionMessageParam {
	if (role !== 'user' || !content.some(isSendableImage)) return { role, content: textOf(content.map(asText)) }
	return { role, content: content.map(toContentParameter) }
}

function toContentParameter(part: ContentPart): ChatCompletionContentPart {
	if (isSendableImage(part)) return { type: 'image_url', image_url: { url: part.url } }
	return { type: 'text', text: textOf([asText(part)]) }
}

type ImagePart = Extract<ContentPart, { kind: 'image' }>

/** A key of the blob store means nothing to a model server; only addresses do. */
function isSendableImage(part: ContentPart): part is ImagePart {
	return part.kind === 'image' && /^(https?|data):/.test(part.url)
}

function asText(part: ContentPart): ContentPart {
	if (part.kind === 'text') return part
	if (part.kind === 'image') return { kind: 'text', text: `[image: ${part.description ?? 'no description'}]` }
	return { kind: 'text', text: `[file: ${part.name} (${part.mediaType})]` }
}
