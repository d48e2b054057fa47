import { webApi } from '@slack/bolt'
import { describe, expect, test } from 'vitest'
import { codeOf, openSlack } from './apps.ts'
import type { LocalSlack } from './local-slack.ts'

const address = 'https://bot.example/slack/oauth_redirect'

function clientOf({ apiUrl }: LocalSlack, token?: string) {
	return new webApi.WebClient(token, { slackApiUrl: apiUrl, retryConfig: { retries: 0 } })
}

/** Opens the page on which a workspace decides. */
async function ask(slack: LocalSlack, changes: Readonly<Record<string, string>> = {}) {
	const page = new URL('/oauth/v2/authorize', slack.apiUrl)
	const asked = { client_id: slack.clientId, scope: 'chat:write', redirect_uri: address, state: 'state-1', ...changes }
	page.search = String(new URLSearchParams(asked))
	const response = await fetch(page, { redirect: 'manual' })
	const location = response.headers.get('location')
	return { text: await response.text(), back: location === null ? null : new URL(location) }
}

function exchange(slack: LocalSlack, code: string, redirect_uri = address) {
	const { clientId: client_id, clientSecret: client_secret } = slack
	return clientOf(slack).oauth.v2.access({ code, client_id, client_secret, redirect_uri })
}

describe('a workspace that was added', () => {
	test('installs the app with a code, once, and has a token, a channel and people of its own', async () => {
		const { slack, client } = await openSlack()
		const office = slack.addTeam('Office')
		expect(await codeOf(clientOf(slack, office.botToken).auth.test())).toBe('invalid_auth')
		const { back } = await ask(slack, { team: office.teamId })
		expect(back?.searchParams.get('state')).toBe('state-1')
		const code = back?.searchParams.get('code') ?? ''
		const { access_token, team } = await exchange(slack, code)
		expect(team).toEqual({ id: office.teamId, name: 'Office' })
		expect(await codeOf(exchange(slack, code))).toBe('invalid_code')
		const its = clientOf(slack, access_token)
		expect(await its.auth.test()).toMatchObject({ team_id: office.teamId, user_id: office.botUserId })
		await its.chat.postMessage({ channel: office.general, text: 'Hello' })
		expect(office.messages(office.general).map(({ text }) => text)).toEqual(['Hello'])
		expect(await codeOf(client.chat.postMessage({ channel: office.general, text: 'Hello' }))).toBe('channel_not_found')
		expect(slack.calls.at(-1)?.teamId).toBe(slack.teamId)
	})

	test('is told about to the app only while it has it, and gets another token when it comes back', async () => {
		// Nobody listens: what isn't acknowledged is given up soon.
		const { slack } = await openSlack({ clockSpeed: 1_000_000 })
		const office = slack.addTeam('Office')
		const write = () => office.person('ada').post(office.general, 'Hello').delivered
		expect(await write()).toEqual([])
		const first = (await exchange(slack, office.authorizationCode())).access_token ?? ''
		expect(await write()).toHaveLength(1)
		office.uninstall()
		expect(await codeOf(clientOf(slack, first).auth.test())).toBe('account_inactive')
		expect(await write()).toEqual([])
		const second = (await exchange(slack, office.authorizationCode())).access_token ?? ''
		expect(second).not.toBe(first)
		expect(await codeOf(clientOf(slack, first).auth.test())).toBe('account_inactive')
		expect(await codeOf(clientOf(slack, second).auth.test())).toBe('ok')
	})

	test('can be left by the app itself', async () => {
		const { slack, client } = await openSlack({ rates: false })
		const { clientId: client_id, clientSecret: client_secret } = slack
		expect(await codeOf(client.apps.uninstall({ client_id, client_secret: 'wrong' }))).toBe('bad_client_secret')
		expect(await codeOf(client.apps.uninstall({ client_id, client_secret }))).toBe('ok')
		expect(await codeOf(client.auth.test())).toBe('account_inactive')
	})

	test('has its token revoked by the app itself', async () => {
		const { client } = await openSlack()
		expect(await client.auth.revoke()).toMatchObject({ revoked: true })
		expect(await codeOf(client.auth.test())).toBe('token_revoked')
	})
})

describe('the page on which a workspace decides', () => {
	test.each([
		['an app that is not there', { client_id: '1.2' }, 'invalid_client_id'],
		['an address that the app has not named', { redirect_uri: 'https://evil.example/' }, 'bad_redirect_uri'],
		['more than the app may ask for', { scope: 'chat:write,admin' }, 'invalid_scope'],
		['a workspace that is not there', { team: 'T1' }, 'invalid_team_id'],
	])('refuses %s', async (_, changes, code) => {
		const { slack } = await openSlack({ redirectUrls: ['https://bot.example/'] })
		expect(await ask(slack, changes)).toEqual({ text: code, back: null })
	})

	test('sends people back with what they have decided', async () => {
		const { slack } = await openSlack()
		slack.declineInstalling()
		const { back } = await ask(slack)
		expect(back?.searchParams.get('error')).toBe('access_denied')
		expect(back?.searchParams.has('code')).toBe(false)
	})

	test('gives a code that is good for the address alone to which it was sent', async () => {
		const { slack } = await openSlack()
		const { back } = await ask(slack)
		const code = back?.searchParams.get('code') ?? ''
		expect(await codeOf(exchange(slack, code, 'https://bot.example/elsewhere'))).toBe('bad_redirect_uri')
	})
})
