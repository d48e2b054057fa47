import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest'
import { createLog } from '../../src/cli/log.ts'
import type { Runtime } from '../../src/cli/runtime.ts'
import { english } from '../../src/rendering/index.ts'
import { temporaryFolder } from '../support/data-folder.ts'
import { unpackDatabaseDump } from '../support/database-dump.ts'
import { type HeldModel, startHeldModel } from '../support/held-model.ts'
import { schoolTrip } from '../support/school-trip.ts'
import { type LocalSlack, startLocalSlack } from '../support/slack/local-slack.ts'
import type { MessageReference } from '../support/slack/person.ts'
import type { SlackTeam } from '../support/slack/team.ts'
import { readableBlocks, type SlackWay } from '../support/slack-app.ts'
import {
	beginInstalling,
	comeBack,
	decide,
	type InstallingVariables,
	install,
	installingVariables,
} from '../support/slack-installing.ts'
import { answersIn, hasAction, only, repliesIn } from '../support/slack-journeys.ts'
import { startServiceWith } from '../support/slack-service.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const { install: texts } = english
const easy = 'What is 17 * 23?'
const patience = { timeout: 30_000 }

let model: HeldModel
beforeAll(async () => {
	model = await startHeldModel()
})
afterAll(() => model[Symbol.asyncDispose]())

type Scene = {
	readonly slack: LocalSlack
	readonly variables: InstallingVariables
	readonly origin: string
	/** Two workspaces, neither of which has the app. */
	readonly lab: SlackTeam
	readonly office: SlackTeam
	readonly runtime: () => Runtime
	/** All that was logged. */
	readonly logged: () => string
	/** Ends Threadwise and starts it again on the same data, with other settings if there are any. */
	restart(changes?: Readonly<Record<string, string>>): Promise<void>
}

/** A Slack with two workspaces, and a Threadwise that they can install. */
async function openScene(way: SlackWay, settings: Readonly<Record<string, string>> = {}): Promise<Scene> {
	const opened = new AsyncDisposableStack()
	onTestFinished(() => opened.disposeAsync())
	const folder = opened.use(await temporaryFolder())
	await unpackDatabaseDump(inject('databaseDump'), join(folder.path, 'database'))
	const slack = opened.use(await startLocalSlack({ clockSpeed: 1_000, isInstalled: false }))
	const installing = await installingVariables(slack, way)
	const variables = { ...installing, THREADWISE_DATA_DIR: folder.path, OPENAI_BASE_URL: model.baseUrl, ...settings }
	const lines: string[] = []
	const start = (changes: Readonly<Record<string, string>>) =>
		startServiceWith(
			{ ...variables, ...changes },
			slack,
			createLog('debug', { write: (line: string) => void lines.push(line) }),
		)
	let service = await start({})
	opened.defer(() => service[Symbol.asyncDispose]())
	return {
		slack,
		variables,
		origin: variables.THREADWISE_PUBLIC_URL,
		lab: slack,
		office: slack.addTeam('Office'),
		runtime: () => service.runtime,
		logged: () => lines.join(''),
		restart: async (changes = {}) => {
			await service[Symbol.asyncDispose]()
			service = await start(changes)
		},
	}
}

/** With what an answer may begin. */
const writingMethods: readonly string[] = ['chat.startStream', 'chat.postMessage']

/** Ada of that workspace mentions the bot. */
async function mention(team: SlackTeam, text: string): Promise<MessageReference> {
	const written = team.person('Ada').post(team.general, `<@${team.botUserId}> ${text}`)
	await written.delivered
	return written
}

async function answerTo(team: SlackTeam, text: string): Promise<string> {
	return only(await answersIn(team, await mention(team, text), 1)).text
}

/** What is kept of a workspace. */
function kept({ runtime, variables }: Scene, { teamId: workspaceId }: SlackTeam) {
	const key = Buffer.from(variables.SLACK_TOKEN_KEY ?? '', 'hex')
	return runtime().installations([key]).find({ platform: 'slack', workspaceId })
}

describe.each(['http', 'socket'] as const)('with events over %s', (way) => {
	test('two workspaces install the app, and each is answered with its own token', async () => {
		const scene = await openScene(way)
		const { slack, lab, office, origin } = scene
		for (const team of [lab, office]) {
			const page = await install(origin, team)
			expect(page).toMatchObject({ status: 200, text: expect.stringContaining('Threadwise is in') })
			expect(page.text).not.toContain(team.botToken)
		}
		expect(lab.botToken).not.toBe(office.botToken)
		expect(await answerTo(lab, easy)).toContain('391')
		expect(await answerTo(office, 'What is 17 * 24?')).toContain('408')
		const posts = slack.calls.filter(({ method, isDone }) => writingMethods.includes(method) && isDone)
		expect(posts.map(({ teamId, arguments: { channel } }) => [teamId, channel])).toEqual([
			[lab.teamId, lab.general],
			[office.teamId, office.general],
		])
	})

	test('a workspace that takes the app off is forgotten with what was being answered there, and comes back at once', async () => {
		const scene = await openScene(way)
		const { slack, lab, office, origin, runtime } = scene
		await install(origin, lab)
		await install(origin, office)
		using hold = model.hold('execute')
		const question = await mention(lab, schoolTrip.question)
		await hold.held
		await vi.waitFor(() => expect(repliesIn(lab, question)).toHaveLength(1), patience)
		const formerToken = lab.botToken
		lab.uninstall()
		await slack.settled()
		expect(await kept(scene, lab)).toBeNull()
		const calls = slack.calls.filter(({ teamId }) => teamId === lab.teamId).length
		const [run] = await runtime().conversationReader.runs({
			...{ platform: 'slack', workspaceId: lab.teamId, channelId: lab.general, threadId: question.ts },
		})
		await vi.waitFor(async () => {
			const records = await runtime().store.read(run?.runId ?? '')
			expect(records.at(-1)).toMatchObject({ kind: 'run-stop', reason: 'uninstalled' })
		}, patience)
		hold.letGo()
		// Whoever still has the app is answered, after everything that might have been shown to the others.
		expect(await answerTo(office, easy)).toContain('391')
		expect(slack.calls.filter(({ teamId }) => teamId === lab.teamId)).toHaveLength(calls)
		await install(origin, lab)
		expect(lab.botToken).not.toBe(formerToken)
		expect(await answerTo(lab, easy)).toContain('391')
		expect(only(repliesIn(lab, question)).rests).toBe(false)
	})

	test('a token that is revoked is forgotten too', async () => {
		const scene = await openScene(way)
		await install(scene.origin, scene.lab)
		scene.lab.revokeToken()
		await scene.slack.settled()
		expect(await kept(scene, scene.lab)).toBeNull()
		await install(scene.origin, scene.lab)
		expect(await answerTo(scene.lab, easy)).toContain('391')
	})
})

test('after a restart the app is still installed, also where the key was replaced in the meantime', async () => {
	const scene = await openScene('http')
	const { lab, origin, restart, variables } = scene
	await install(origin, lab)
	await restart()
	expect(await answerTo(lab, easy)).toContain('391')
	const newer = randomBytes(32).toString('hex')
	await restart({ SLACK_TOKEN_KEY: `${newer},${variables.SLACK_TOKEN_KEY}` })
	await restart({ SLACK_TOKEN_KEY: newer })
	expect(await answerTo(lab, 'What is 17 * 24?')).toContain('408')
})

test('with another key nobody is answered, the log says why and what to do, and whoever installs it again is', async () => {
	const scene = await openScene('http')
	const { lab, origin, restart, logged, slack } = scene
	await install(origin, lab)
	await restart({ SLACK_TOKEN_KEY: randomBytes(32).toString('hex') })
	expect(logged()).toContain('SLACK_TOKEN_KEY does not open the tokens of Local team')
	expect(logged()).toContain('until the key that has sealed them is written behind it')
	await mention(lab, easy)
	expect(slack.calls.filter(({ method }) => method.startsWith('chat.'))).toEqual([])
	await install(origin, lab)
	expect(await answerTo(lab, 'What is 17 * 24?')).toContain('408')
})

test('neither a token nor a secret nor a code gets into the log or a journal', async () => {
	const scene = await openScene('http')
	const { lab, origin, logged, runtime, slack, variables } = scene
	const begun = await beginInstalling(origin)
	const location = await decide(begun, lab)
	await comeBack(location, begun.cookie)
	slack.refuse('oauth.v2.access', 'bad_redirect_uri')
	await install(origin, lab)
	const question = await mention(lab, easy)
	const { runId } = only(await answersIn(lab, question, 1))
	const journal = JSON.stringify(await runtime().store.read(runId))
	const installation = await kept(scene, lab)
	expect(installation?.credentials).toContain(lab.botToken)
	const { SLACK_CLIENT_SECRET: clientSecret = '', SLACK_TOKEN_KEY: tokenKey = '' } = variables
	const code = location.searchParams.get('code') ?? ''
	for (const secret of [lab.botToken, clientSecret, tokenKey, code]) {
		expect(secret).not.toBe('')
		expect(logged()).not.toContain(secret)
		expect(journal).not.toContain(secret)
	}
})

describe('an installation', () => {
	test('is offered with what the app asks for, and leads to Slack', async () => {
		const { origin, slack, variables } = await openScene('http')
		const { offer, link, cookie } = await beginInstalling(origin)
		expect(offer).toMatchObject({ status: 200, text: expect.stringContaining('to hear where it is mentioned') })
		expect(link.origin).toBe(new URL(slack.apiUrl).origin)
		expect(link.searchParams.get('redirect_uri')).toBe(`${variables.THREADWISE_PUBLIC_URL}/slack/oauth_redirect`)
		expect(link.searchParams.get('scope')?.split(',')).toContain('app_mentions:read')
		expect(cookie).toContain(link.searchParams.get('state') ?? 'no state')
	})

	test('that is declined changes nothing and is no trouble', async () => {
		const scene = await openScene('http')
		scene.lab.declineInstalling()
		const page = await install(scene.origin, scene.lab)
		expect(page).toMatchObject({ status: 200, text: expect.stringContaining(texts.declined.title) })
		expect(page.text).toContain(texts.installAgain)
		expect(await kept(scene, scene.lab)).toBeNull()
		expect(scene.logged()).not.toContain('trouble')
		scene.lab.declineInstalling(false)
		expect((await install(scene.origin, scene.lab)).text).toContain('Threadwise is in')
	})

	test.each<[string, (back: URL) => void, (cookie: string) => string]>([
		['with a forged state', (back) => back.searchParams.set('state', 'forged'), () => 'slack-app-oauth-state=forged'],
		['in another browser', () => {}, () => ''],
		['with the state of another browser', () => {}, () => 'slack-app-oauth-state=another'],
		['without a state', (back) => back.searchParams.delete('state'), (cookie) => cookie],
		['without a code', (back) => back.searchParams.delete('code'), (cookie) => cookie],
	])('that ends %s is refused, and says how to begin anew', async (_, change, cookieOf) => {
		const scene = await openScene('http')
		const begun = await beginInstalling(scene.origin)
		const back = await decide(begun, scene.lab)
		change(back)
		const page = await comeBack(back, cookieOf(begun.cookie))
		expect(page).toMatchObject({ status: 400, text: expect.stringContaining(texts.stale.title) })
		expect(page.text).toContain('href="/slack/install"')
		expect(scene.slack.calls).toEqual([])
		expect(await kept(scene, scene.lab)).toBeNull()
	})

	test('that ends after ten minutes is refused', async () => {
		const scene = await openScene('http')
		const begun = await beginInstalling(scene.origin)
		const back = await decide(begun, scene.lab)
		vi.setSystemTime(Date.now() + 11 * 60_000)
		onTestFinished(() => void vi.useRealTimers())
		expect(await comeBack(back, begun.cookie)).toMatchObject({ status: 400 })
		expect(scene.slack.calls).toEqual([])
	})

	test('ends once: the code is good for nothing more', async () => {
		const scene = await openScene('http')
		const begun = await beginInstalling(scene.origin)
		const back = await decide(begun, scene.lab)
		expect(await comeBack(back, begun.cookie)).toMatchObject({ status: 200 })
		expect(await comeBack(back, begun.cookie)).toMatchObject({ status: 400 })
		expect(await kept(scene, scene.lab)).not.toBeNull()
	})

	test.each(['bad_redirect_uri', 'bad_client_secret', 'invalid_client_id'])(
		'that Slack refuses for %s tells so to whoever installs it and to whoever runs it',
		async (code) => {
			const scene = await openScene('http')
			scene.slack.refuse('oauth.v2.access', code)
			const page = await install(scene.origin, scene.lab)
			expect(page).toMatchObject({ status: 502, text: expect.stringContaining(code) })
			expect(scene.logged()).toContain('Slack has trouble')
			expect(await kept(scene, scene.lab)).toBeNull()
		},
	)

	test('is possible again after the connection to Slack broke', async () => {
		const scene = await openScene('http')
		scene.slack.dropNext('oauth.v2.access')
		expect(await install(scene.origin, scene.lab)).toMatchObject({
			status: 502,
			text: expect.stringContaining(texts.away('Slack').title),
		})
		expect(await install(scene.origin, scene.lab)).toMatchObject({ status: 200 })
	})

	test('of a workspace that may not have it is undone', async () => {
		const scene = await openScene('http', { SLACK_ALLOWED_WORKSPACES: 'T0123' })
		const page = await install(scene.origin, scene.lab)
		expect(page).toMatchObject({ status: 403, text: expect.stringContaining('is not among those') })
		expect(await kept(scene, scene.lab)).toBeNull()
		expect(scene.slack.calls.map(({ method }) => method)).toContain('apps.uninstall')
	})
})

test('a workspace that took the app off unheard is forgotten as soon as Slack says so', async () => {
	const scene = await openScene('socket')
	await install(scene.origin, scene.lab)
	for (const method of writingMethods) scene.slack.refuse(method, 'account_inactive')
	await mention(scene.lab, easy)
	await vi.waitFor(async () => expect(await kept(scene, scene.lab)).toBeNull(), patience)
	await install(scene.origin, scene.lab)
	expect(await answerTo(scene.lab, 'What is 17 * 24?')).toContain('408')
})

test('a workspace in which Slack takes nothing at the moment does not hold up another', async () => {
	const { slack, lab, office, origin } = await openScene('socket')
	await install(origin, lab)
	await install(origin, office)
	for (const method of writingMethods) slack.refuse(method, 'ratelimited', 1, 30)
	const waiting = await mention(lab, easy)
	await vi.waitFor(
		() => expect(slack.calls.filter(({ error }) => error === 'ratelimited')).toHaveLength(writingMethods.length),
		patience,
	)
	expect(await answerTo(office, easy)).toContain('391')
	expect(repliesIn(lab, waiting)).toEqual([])
})

test('buttons of each workspace do what they say there', async () => {
	const { lab, office, origin } = await openScene('socket')
	await install(origin, lab)
	await install(origin, office)
	for (const team of [lab, office]) {
		const question = await mention(team, easy)
		const message = only(only(await answersIn(team, question, 1)).messages)
		expect(hasAction(message, 'regenerate')).toBe(true)
		await team.person('Ada').press(message, { actionId: 'regenerate' })
		expect(await answersIn(team, question, 2)).toHaveLength(2)
	}
})

test('each workspace has its own threads and home tabs', async () => {
	const { slack, lab, office, origin } = await openScene('socket')
	await install(origin, lab)
	await install(origin, office)
	for (const team of [lab, office]) {
		const root = team.person('Bob').post(team.general, `Somebody in ${team.teamId} ought to know.`)
		const written = team.person('Ada').post(team.general, `<@${team.botUserId}> ${easy}`, { threadTs: root.ts })
		await written.delivered
		await answersIn(team, root, 1)
		const asked = model.requests.map(({ body }) => JSON.stringify(body))
		expect(asked.some((body) => body.includes(`Somebody in ${team.teamId} ought to know.`))).toBe(true)
		await team.person('Ada').openHome()
		await team.person('Eve').openHome()
	}
	const readIn = slack.calls.filter(({ method, isDone }) => method === 'conversations.replies' && isDone)
	expect(new Set(readIn.map(({ teamId }) => teamId))).toEqual(new Set([lab.teamId, office.teamId]))
	for (const team of [lab, office]) {
		const admin = team.person('Grace', { isAdmin: true })
		await admin.openHome()
		expect(readableBlocks(team.person('Ada').home()?.content.blocks)).toContain(easy)
		expect(readableBlocks(team.person('Eve').home()?.content.blocks)).not.toContain(easy)
	}
	const home = lab.person('Grace').home()
	if (home === null) throw new Error('there is no home tab')
	await lab.person('Grace').press(home, { actionId: 'home-direct-messages', value: 'no' })
	await office.person('Ada').openHome()
	const setting = english.chat.settingNames.directMessages
	expect(readableBlocks(office.person('Ada').home()?.content.blocks)).toContain(`${setting}: Yes`)
	await lab.person('Ada').openHome()
	expect(readableBlocks(lab.person('Ada').home()?.content.blocks)).toContain(`${setting}: No`)
})
