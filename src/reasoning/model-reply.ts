import type { ModelChunk } from '../core/language-model.ts'

/** What a model has said, and whether it had said everything. */
export type ModelReply = {
	readonly text: string
	readonly finishReason: Extract<ModelChunk, { kind: 'finish' }>['reason']
}
