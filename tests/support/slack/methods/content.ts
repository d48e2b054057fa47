import type { Shown } from '../messages.ts'
import { SlackRefusal } from '../refusal.ts'
import type { SlackBlock } from '../schemas/blocks.ts'
import type { Workspace } from '../workspace.ts'

/** Slack cuts longer texts. */
const maximumText = 40_000

type Content = {
	readonly text?: string | undefined
	readonly blocks?: readonly SlackBlock[] | undefined
	readonly markdown_text?: string | undefined
	readonly parse?: 'none' | 'full' | undefined
	readonly link_names?: boolean | undefined
}

/** What a message with such arguments shows. */
export function shownBy(content: Content, workspace: Workspace): Shown {
	const { text = '', blocks = [], markdown_text, parse, link_names } = content
	checkBlocks(blocks, workspace)
	return {
		text: (markdown_text ?? text).slice(0, maximumText),
		blocks: markdown_text === undefined ? blocks : [{ type: 'markdown', text: markdown_text }],
		findsNames: parse === 'full' || link_names === true,
	}
}

/** Refuses blocks that this Slack doesn't have. */
export function checkBlocks(blocks: readonly SlackBlock[], { options }: Workspace): void {
	if (options.capabilities.containers || blocks.every(({ type }) => type !== 'container')) return
	const messages = ['[ERROR] unsupported type: container [json-pointer:/blocks]']
	throw new SlackRefusal('invalid_blocks', { response_metadata: { messages } })
}
