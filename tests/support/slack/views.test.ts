import type { App } from '@slack/bolt'
import { describe, expect, test, vi } from 'vitest'
import { codeOf, openSlack, startHttpApp, startSocketApp } from './apps.ts'

const plain = (text: string) => ({ type: 'plain_text', text }) as const
const divider = { type: 'divider' } as const
const modal = (more: object = {}) =>
	({ type: 'modal', title: plain('Full record'), blocks: [divider], ...more }) as const
const field = {
	type: 'input',
	block_id: 'reason',
	label: plain('Why?'),
	element: { type: 'plain_text_input', action_id: 'text' },
} as const
const button = { type: 'button', action_id: 'record', text: plain('Full record'), value: 'run-one' } as const
const reply = { text: 'an answer', blocks: [{ type: 'actions', elements: [button] }] } as const

/** An app that has answered in `general`, and whose triggers are handed out unused. */
async function openAnswer(start = startSocketApp, prepare: (app: App) => void = () => {}) {
	const opened = await openSlack()
	const triggers: string[] = []
	await start(opened.slack, (starting) => {
		starting.action('record', async ({ ack, body }) => {
			await ack()
			if ('trigger_id' in body) triggers.push(body.trigger_id)
		})
		prepare(starting)
	})
	await opened.client.apiCall('chat.postMessage', { channel: opened.slack.general, ...reply })
	const [answer] = opened.slack.messages(opened.slack.general)
	if (answer === undefined) throw new Error('there is no answer')
	const press = async () => {
		const pressed = await opened.ada.press(answer, { actionId: 'record' })
		await vi.waitFor(() => expect(triggers.length).toBeGreaterThan(0))
		return { trigger_id: triggers.pop() ?? '', pressed }
	}
	return { ...opened, answer, press }
}

describe.each([
	{ mode: 'Socket Mode', start: startSocketApp },
	{ mode: 'HTTP', start: startHttpApp },
])('with $mode', ({ start }) => {
	test('a pressed button opens a modal, and sending it off says what is wrong until nothing is', async () => {
		const { ada, client, press } = await openAnswer(start, (app) =>
			app.view('feedback', async ({ ack, view }) => {
				const said = view.state.values.reason?.text?.value
				await (said === 'wrong sum' ? ack() : ack({ response_action: 'errors', errors: { reason: 'say why' } }))
			}),
		)
		const { trigger_id } = await press()
		await client.apiCall('views.open', {
			trigger_id,
			view: modal({ callback_id: 'feedback', submit: plain('Send'), blocks: [field] }),
		})
		const [view] = ada.modals()
		if (view === undefined) throw new Error('no modal is open')
		const values = (value: string) => ({ reason: { text: { type: 'plain_text_input', value } } })
		expect((await ada.submitView(view, values(''))).errors).toEqual({ reason: 'say why' })
		expect(ada.modals()).toHaveLength(1)
		expect((await ada.submitView(view, values('wrong sum'))).errors).toBeNull()
		expect(ada.modals()).toHaveLength(0)
	})

	test('what was pressed can be answered in private, replaced and deleted', async () => {
		const { ada, slack, answer, press } = await openAnswer(start, (app) =>
			app.action('record', async ({ respond }) => {
				await respond({ text: 'only for you', response_type: 'ephemeral', replace_original: false })
				await respond({ text: 'replaced', replace_original: true })
			}),
		)
		const { pressed } = await press()
		await vi.waitFor(() => expect(pressed.responses).toHaveLength(2))
		expect(ada.ephemerals(slack.general).map(({ text }) => text)).toEqual(['only for you'])
		expect(answer.text).toBe('replaced')
	})
})

test('a trigger opens one view, within three seconds', async () => {
	const { client, slack, press } = await openAnswer()
	const { trigger_id } = await press()
	const open = (trigger: string) => codeOf(client.apiCall('views.open', { trigger_id: trigger, view: modal() }))
	expect(await open(trigger_id)).toBe('ok')
	expect(await open(trigger_id)).toBe('exchanged_trigger_id')
	expect(await open('never')).toBe('invalid_trigger_id')
	const late = await press()
	slack.clock.advance(3_001)
	expect(await open(late.trigger_id)).toBe('expired_trigger_id')
})

test('modals are pushed up to three deep, updated by their hash, and closed', async () => {
	const { ada, client, press } = await openAnswer()
	const { trigger_id } = await press()
	await client.apiCall('views.open', { trigger_id, view: modal() })
	const push = async () => {
		const { trigger_id: next } = await press()
		return codeOf(client.apiCall('views.push', { trigger_id: next, view: modal() }))
	}
	expect([await push(), await push(), await push()]).toEqual(['ok', 'ok', 'push_limit_reached'])
	const top = ada.modals().at(-1)
	const update = (hash: string | undefined) =>
		codeOf(client.apiCall('views.update', { view_id: top?.id, hash, view: modal({ title: plain('Second page') }) }))
	expect(await update('old')).toBe('hash_conflict')
	expect(await update(top?.hash)).toBe('ok')
	expect(top?.versions).toHaveLength(2)
	if (top !== undefined) await ada.closeView(top)
	expect(ada.modals()).toHaveLength(2)
})

test('a home tab is published for one person', async () => {
	const { ada, client } = await openSlack()
	const publish = (user_id: string) =>
		codeOf(client.views.publish({ user_id, view: { type: 'home', blocks: [divider] } }))
	expect(await publish('U0UNKNOWN')).toBe('user_not_found')
	expect(await publish(ada.id)).toBe('ok')
	expect(ada.home()?.content.blocks).toEqual([divider])
})

test.for([
	{ what: 'a title of 25 characters', view: modal({ title: plain('x'.repeat(25)) }) },
	{ what: '101 blocks', view: modal({ blocks: Array.from({ length: 101 }, () => divider) }) },
	{ what: 'private metadata of 3,001 characters', view: modal({ private_metadata: 'x'.repeat(3_001) }) },
	{ what: 'inputs but nothing to send them with', view: modal({ blocks: [field] }) },
	{ what: 'a markdown block', view: modal({ blocks: [{ type: 'markdown', text: 'a' }] }) },
])('a modal with $what is refused', async ({ view }) => {
	const { client, press } = await openAnswer()
	const { trigger_id } = await press()
	expect(await codeOf(client.apiCall('views.open', { trigger_id, view }))).toBe('invalid_arguments')
})

test('a response address serves five times within half an hour, and knows no markdown text', async () => {
	const { slack, press } = await openAnswer()
	const respondTo = async (url: string | null, body: object = { text: 'more' }) => {
		const response = await fetch(url ?? '', { method: 'POST', body: JSON.stringify(body) })
		return [response.status, await response.json()]
	}
	const first = await press()
	expect(await respondTo(first.pressed.responseUrl, { markdown_text: '*more*' })).toMatchObject([
		400,
		{ error: 'no_text' },
	])
	for (let use = 0; use < 5; use += 1)
		expect(await respondTo(first.pressed.responseUrl)).toMatchObject([200, { ok: true }])
	expect(await respondTo(first.pressed.responseUrl)).toMatchObject([404, { error: 'used_url' }])
	const second = await press()
	slack.clock.advance(30 * 60_000 + 1)
	expect(await respondTo(second.pressed.responseUrl)).toMatchObject([404, { error: 'expired_url' }])
})

test('a shortcut on a message and one on nothing reach the app', async () => {
	const heard: string[] = []
	const { answer, ada } = await openAnswer(startSocketApp, (app) =>
		app.shortcut(/.*/, async ({ ack, shortcut }) => {
			await ack()
			heard.push(`${shortcut.type} ${shortcut.callback_id}`)
		}),
	)
	await ada.messageShortcut('explain', answer)
	await ada.shortcut('ask')
	expect(heard).toEqual(['message_action explain', 'shortcut ask'])
})

test('nobody presses what is not shown', async () => {
	const { answer, ada } = await openAnswer()
	expect(() => ada.press(answer, { actionId: 'stop' })).toThrow('nothing like')
})
