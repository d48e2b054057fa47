import { describe, expect, test } from 'vitest'
import { codeOf, openSlack } from './apps.ts'

const letters = (count: number) => 'x'.repeat(count)
const plain = (text: string) => ({ type: 'plain_text', text })
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text })
const section = (text: string) => ({ type: 'section', text: mrkdwn(text) })
const button = (more: object = {}) => ({ type: 'button', action_id: 'go', text: plain('Go'), ...more })
const actions = (...elements: object[]) => ({ type: 'actions', elements })
const container = (more: object = {}) => ({
	type: 'container',
	title: plain('Reasoning'),
	is_collapsible: true,
	default_collapsed: true,
	child_blocks: [section('one'), { type: 'divider' }, { type: 'context', elements: [mrkdwn('two')] }],
	...more,
})
const feedback = {
	type: 'feedback_buttons',
	action_id: 'feedback',
	positive_button: { text: plain('Good'), value: 'good' },
	negative_button: { text: plain('Bad'), value: 'bad' },
}
const numbered = (count: number, make: (index: number) => object) =>
	Array.from({ length: count }, (_, index) => make(index))

type Case = { readonly what: string; readonly blocks: readonly object[]; readonly code: string }

const blockCases: readonly Case[] = [
	{ what: '50 blocks', blocks: numbered(50, () => ({ type: 'divider' })), code: 'ok' },
	{ what: '51 blocks', blocks: numbered(51, () => ({ type: 'divider' })), code: 'msg_blocks_too_many' },
	{ what: 'a section of 3,000 characters', blocks: [section(letters(3_000))], code: 'ok' },
	{ what: 'a section of 3,001 characters', blocks: [section(letters(3_001))], code: 'invalid_blocks' },
	{ what: 'an empty section', blocks: [section('')], code: 'invalid_blocks' },
	{
		what: 'a field of 2,001 characters',
		blocks: [{ type: 'section', fields: [mrkdwn(letters(2_001))] }],
		code: 'invalid_blocks',
	},
	{
		what: 'a header of 151 characters',
		blocks: [{ type: 'header', text: plain(letters(151)) }],
		code: 'invalid_blocks',
	},
	{ what: 'a header with markup', blocks: [{ type: 'header', text: mrkdwn('title') }], code: 'invalid_blocks' },
	{
		what: 'blocks of 13,201 characters',
		blocks: numbered(5, () => section(letters(2_700))),
		code: 'msg_blocks_too_long',
	},
	{ what: 'a markdown block of 12,000 characters', blocks: [{ type: 'markdown', text: letters(12_000) }], code: 'ok' },
	{
		what: 'markdown blocks of 12,001 characters together',
		blocks: numbered(2, (index) => ({ type: 'markdown', text: letters(6_000 + index) })),
		code: 'invalid_blocks',
	},
	{ what: 'a button of 75 characters', blocks: [actions(button({ text: plain(letters(75)) }))], code: 'ok' },
	{
		what: 'a button of 76 characters',
		blocks: [actions(button({ text: plain(letters(76)) }))],
		code: 'invalid_blocks',
	},
	{ what: 'a button with markup', blocks: [actions(button({ text: mrkdwn('*Go*') }))], code: 'invalid_blocks' },
	{ what: 'a value of 2,001 characters', blocks: [actions(button({ value: letters(2_001) }))], code: 'invalid_blocks' },
	{
		what: 'an action_id of 256 characters',
		blocks: [actions(button({ action_id: letters(256) }))],
		code: 'invalid_blocks',
	},
	{ what: 'two equal action_ids in a block', blocks: [actions(button(), button())], code: 'invalid_blocks' },
	{ what: 'equal action_ids in two blocks', blocks: [actions(button()), actions(button())], code: 'ok' },
	{
		what: 'a block_id of 256 characters',
		blocks: [{ type: 'divider', block_id: letters(256) }],
		code: 'invalid_blocks',
	},
	{
		what: 'two equal block_ids',
		blocks: numbered(2, () => ({ type: 'divider', block_id: 'same' })),
		code: 'invalid_blocks',
	},
	{
		what: '26 actions',
		blocks: [actions(...numbered(26, (index) => button({ action_id: `go-${index}` })))],
		code: 'invalid_blocks',
	},
	{
		what: 'a context of 11 elements',
		blocks: [{ type: 'context', elements: numbered(11, () => mrkdwn('a')) }],
		code: 'invalid_blocks',
	},
	{ what: 'feedback buttons', blocks: [{ type: 'context_actions', elements: [feedback] }], code: 'ok' },
	{
		what: '6 context actions',
		blocks: [
			{ type: 'context_actions', elements: numbered(6, (index) => ({ ...feedback, action_id: `feedback-${index}` })) },
		],
		code: 'invalid_blocks',
	},
	{ what: 'feedback buttons among actions', blocks: [actions(feedback)], code: 'invalid_blocks' },
	{ what: 'a container', blocks: [container()], code: 'ok' },
	{ what: 'a container without a title', blocks: [{ ...container(), title: undefined }], code: 'invalid_blocks' },
	{
		what: 'a container title of 151 characters',
		blocks: [container({ title: plain(letters(151)) })],
		code: 'invalid_blocks',
	},
	{
		what: 'a container of 11 blocks',
		blocks: [container({ child_blocks: numbered(11, () => section('a')) })],
		code: 'invalid_blocks',
	},
	{
		what: 'markdown in a container',
		blocks: [container({ child_blocks: [{ type: 'markdown', text: 'a' }] })],
		code: 'invalid_blocks',
	},
	{ what: 'a container in a container', blocks: [container({ child_blocks: [container()] })], code: 'invalid_blocks' },
	{
		what: 'a folded container that can not be unfolded',
		blocks: [container({ is_collapsible: false })],
		code: 'invalid_blocks',
	},
	{
		what: 'a divider line in a collapsible container',
		blocks: [container({ has_header_divider: true })],
		code: 'invalid_blocks',
	},
	{ what: 'an unknown block', blocks: [{ type: 'accordion' }], code: 'invalid_blocks' },
	{ what: 'an unknown field', blocks: [{ ...section('a'), colour: 'red' }], code: 'invalid_blocks' },
]

describe('blocks of a message', () => {
	test.for(blockCases)('$what: $code', async ({ blocks, code }) => {
		const { slack, client } = await openSlack({ rates: false })
		const written = { channel: slack.general, text: 'fallback', blocks }
		expect(await codeOf(client.apiCall('chat.postMessage', written))).toBe(code)
		expect(slack.messages(slack.general)).toHaveLength(code === 'ok' ? 1 : 0)
	})

	test('containers are unknown where the workspace has none', async () => {
		const { slack, client } = await openSlack({ capabilities: { containers: false } })
		const written = { channel: slack.general, text: 'fallback', blocks: [container()] }
		expect(await codeOf(client.apiCall('chat.postMessage', written))).toBe('invalid_blocks')
	})
})
