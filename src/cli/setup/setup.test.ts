import { existsSync } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { inviteLink } from '../../../adapters/discord/index.ts'
import { manifestLink, slackManifest } from '../../../adapters/slack/index.ts'
import { startPractice, threadwise } from '../../../tests/support/command-line.ts'
import { temporaryFolder } from '../../../tests/support/data-folder.ts'
import { startLocalDiscord } from '../../../tests/support/discord/local-discord.ts'
import {
	emptyAtLength,
	raw,
	reply,
	type ScriptedModelServer,
	startScriptedModelServer,
	status,
	thinkingReply,
} from '../../../tests/support/scripted-model-server.ts'
import { freePort } from '../../../tests/support/servers.ts'
import { setUpInTerminal } from '../../../tests/support/setup-terminal.ts'
import { type LocalSlack, startLocalSlack } from '../../../tests/support/slack/local-slack.ts'
import { setUp } from '../commands/setup.ts'
import type { Prompter } from './prompter.ts'
import { setupLeft } from './prompter.ts'

vi.setConfig({ testTimeout: 60_000 })

const key = 'sk-test-0123456789abcd'

/** A model server that knows one key, or none. */
async function modelServer(names: readonly string[], accepted: string | null = null): Promise<ScriptedModelServer> {
	const server = await startScriptedModelServer(({ path, headers, body }) => {
		if (accepted !== null && headers.authorization !== `Bearer ${accepted}`) return status(401, 'no')
		if (!path.startsWith('/v1/')) return status(404, 'not here')
		if (path === '/v1/models') return raw(JSON.stringify({ data: names.map((id) => ({ id })) }), 'application/json')
		if (!names.includes(String(body.model))) return status(404, 'no such model')
		if (String(body.model).includes('thinker') && !('reasoning_effort' in body)) return emptyAtLength()
		if (body.response_format !== undefined) return reply('{"evidence": "54", "holds": true}')
		return thinkingReply('numbers', '1 2 3 4 5')
	})
	onTestFinished(() => server.close())
	return server
}

type Answers = readonly (readonly [message: RegExp, answer: string | true | 'leave'])[]
type Said = { readonly questions: string[]; readonly texts: string[] }

/** Answers by script, in order; whoever asks anything else, or offers no such answer, fails the test. */
function scripted(answers: Answers, said: Said): Prompter {
	const left = [...answers]
	const answerTo = (message: string) => {
		// Whoever has not come for a platform leaves it as it is.
		if (/Connect (?:Slack|Discord)|(?:Slack|Discord) is set up/.test(message) && left[0]?.[0].test(message) !== true)
			return 'stay'
		said.questions.push(message)
		const next = left.shift()
		if (next === undefined || !next[0].test(message))
			throw new Error(`unexpected question: ${message}; script: ${next?.[0]}`)
		if (next[1] === 'leave') throw setupLeft()
		return next[1]
	}
	return {
		begin: (text) => said.texts.push(text),
		choose: async ({ message, options, initial }) => {
			const answer = answerTo(message)
			const wanted = answer === true ? (initial ?? options[0]?.value) : answer
			const option = options.find(({ value, label }) => value === wanted || label === wanted)
			if (option === undefined) throw new Error(`${message} offers no ${wanted}: ${options.map(({ label }) => label)}`)
			said.texts.push(...options.map(({ label, hint }) => `${label} ${hint ?? ''}`))
			return option.value
		},
		ask: async ({ message, initial, check }) => {
			for (;;) {
				const answer = answerTo(message)
				const text = answer === true ? (initial ?? '') : answer
				const refusal = check?.(text) ?? null
				if (refusal === null) return text
				said.texts.push(refusal)
			}
		},
		askSecret: async ({ message, check }) => {
			for (;;) {
				const text = String(answerTo(message))
				const refusal = check?.(text) ?? null
				if (refusal === null) return text
				said.texts.push(refusal)
			}
		},
		confirm: async (message) => answerTo(message) === true,
		say: (text) => said.texts.push(text),
		show: (text) => said.texts.push(text),
		warn: (text) => said.texts.push(text),
		end: (text) => said.texts.push(text),
	}
}

type Run = {
	readonly env?: string
	readonly environment?: NodeJS.ProcessEnv
	readonly ollama?: string
	readonly yaml?: string
}

/** Runs setup in a folder of its own. Local places are looked for where nobody listens, but for those that are named. */
async function run(answers: Answers, { env, environment = {}, ollama, yaml }: Run = {}) {
	const folder = await temporaryFolder()
	onTestFinished(() => folder[Symbol.asyncDispose]())
	const path = join(folder.path, '.env')
	if (env !== undefined) await writeFile(path, env)
	if (yaml !== undefined) await writeFile(join(folder.path, 'threadwise.yaml'), yaml)
	const said: Said = { questions: [], texts: [] }
	const nobody = `http://127.0.0.1:${await freePort()}/v1`
	const places = [
		{ id: 'ollama', title: 'Ollama', baseUrl: ollama ?? nobody, start: 'ollama serve' },
		{ id: 'lm-studio', title: 'LM Studio', baseUrl: nobody, start: 'lms server start' },
	]
	const failures: unknown[] = []
	const exitStatus = await setUp(
		{ prompter: scripted(answers, said), colored: false, folder: folder.path, environment, places },
		{ fail: (error) => failures.push(error) },
	)
	const text = existsSync(path) ? await readFile(path, 'utf8') : null
	return { exitStatus, failures, text, values: parseEnv(text ?? ''), said: said.texts.join('\n'), path }
}

describe('setup', () => {
	test('finds Ollama on this machine, offers its models, checks the one that is chosen and writes it down', async () => {
		const server = await modelServer(['llama3.3', 'nomic-embed-text'])
		const { exitStatus, failures, values, said, path } = await run(
			[
				[/Which model shall answer/, true],
				[/Which model of that server/, 'llama3.3'],
				[/Write it/, true],
			],
			{ ollama: server.baseUrl },
		)
		expect(failures).toEqual([])
		expect(exitStatus).toBe(0)
		expect(values).toMatchObject({ OPENAI_BASE_URL: server.baseUrl, THREADWISE_MODEL: 'llama3.3', OPENAI_API_KEY: '' })
		expect(said).toContain('running, 2 models')
		expect(said).not.toContain('nomic-embed-text')
		expect(said).toMatch(/ok +fast, strong, judge: JSON +json_schema/)
		expect(said).toContain('npm run -s threadwise -- ask')
		expect((await stat(path)).mode & 0o777).toBe(0o600)
	})

	test('another server with a key: the address is completed, the key is never shown', async () => {
		const server = await modelServer(['big-1', 'big-2'], key)
		const { values, said } = await run([
			[/Which model shall answer/, 'other'],
			[/address/, server.baseUrl.replace('/v1', '')],
			[/key/, key],
			[/Which model of that server/, 'big-2'],
			[/Write it/, true],
		])
		// The address alone was no list, and neither was it with the wrong key: what is asked with is what is written.
		expect(values).toMatchObject({ OPENAI_BASE_URL: server.baseUrl, OPENAI_API_KEY: key, THREADWISE_MODEL: 'big-2' })
		expect(said).toContain(`The API begins at ${server.baseUrl}`)
		expect(said).not.toContain(key)
		expect(said).toContain('…abcd')
	})

	test('a key that is refused is told at once, and can be entered again', async () => {
		const server = await modelServer(['big-1'], key)
		const { values, said } = await run([
			[/Which model shall answer/, 'other'],
			[/address/, server.baseUrl],
			[/key/, 'wrong-key-0123456789'],
			[/What now/, 'again'],
			[/Which model shall answer/, true],
			[/address/, true],
			[/The key/, 'new'],
			[/key/, key],
			[/Which model of that server/, 'big-1'],
			[/Write it/, true],
		])
		expect(said).toContain('does not accept the key')
		expect(said).not.toContain('wrong-key')
		expect(values).toMatchObject({ OPENAI_API_KEY: key })
	})

	test('an address that lacks its beginning is asked for again, and what is missing is said', async () => {
		const { values, said } = await run([
			[/Which model shall answer/, 'other'],
			[/address/, '127.0.0.1:8000/v1'],
			[/address/, 'leave'],
		])
		expect(said).toContain('Begin it with http:// or https://')
		expect(values).toEqual({})
	})

	test('a server that is not there can be written down all the same, with a name that is typed', async () => {
		const baseUrl = `http://127.0.0.1:${await freePort()}/v1`
		const { values, said } = await run([
			[/Which model shall answer/, 'other'],
			[/address/, baseUrl],
			[/key/, ''],
			[/What now/, 'anyway'],
			[/call the model/, 'later-1'],
			[/not right yet/, 'anyway'],
			[/Write it/, true],
		])
		expect(said).toContain("can't be reached (ECONNREFUSED)")
		expect(values).toMatchObject({ OPENAI_BASE_URL: baseUrl, THREADWISE_MODEL: 'later-1' })
	})

	test('a model that turns out to think is set up as one', async () => {
		const server = await modelServer(['thinker-1'])
		const { values } = await run(
			[
				[/Which model shall answer/, true],
				[/Which model of that server/, 'thinker-1'],
				[/think before it writes/, 'leave'],
			],
			{ ollama: server.baseUrl },
		)
		expect(values).toEqual({})
		const second = await run(
			[
				[/Which model shall answer/, true],
				[/Which model of that server/, 'thinker-1'],
				[/think before it writes/, ''],
				[/not right yet/, 'reasoning'],
				[/Write it/, true],
			],
			{ ollama: server.baseUrl },
		)
		expect(second.values).toMatchObject({ THREADWISE_MODEL: 'thinker-1', THREADWISE_MODEL_KIND: 'reasoning' })
	})

	test('run again, what is set is the default, other lines stay, and nothing is lost', async () => {
		const server = await modelServer(['big-1', 'big-2'], key)
		const env = `# mine\nTHREADWISE_PORT=8080 # health\nOPENAI_BASE_URL=${server.baseUrl}\nOPENAI_API_KEY=${key}\nTHREADWISE_MODEL=big-1\n`
		const same: Answers = [
			[/Which model shall answer/, true],
			[/address/, true],
			[/The key/, true],
			[/Which model of that server/, true],
		]
		const unchanged = await run(same, { env })
		expect(unchanged.text).toBe(env)
		expect(unchanged.said).toContain('nothing to write')
		expect(unchanged.said).toContain('Keep …abcd')
		const other = await run([...same.slice(0, 3), [/Which model of that server/, 'big-2'], [/Write it/, true]], { env })
		expect(other.text).toBe(env.replace('big-1', 'big-2'))
		const practice = await run(
			[
				[/Which model shall answer/, 'practice'],
				[/Write it/, true],
			],
			{ env },
		)
		expect(practice.text).toBe(env.replace('OPENAI_BASE', '# OPENAI_BASE').replace('OPENAI_API', '# OPENAI_API'))
	})

	test('a key goes to no other server than the one it belongs to', async () => {
		const server = await modelServer(['big-1'])
		const { values, text } = await run(
			[
				[/Which model shall answer/, 'ollama'],
				[/Which model of that server/, 'big-1'],
				[/Write it/, true],
			],
			{ env: `OPENAI_API_KEY=${key}\n`, ollama: server.baseUrl },
		)
		expect(server.requests.map(({ headers }) => headers.authorization)).not.toContain(`Bearer ${key}`)
		expect(values).toEqual({ OPENAI_BASE_URL: server.baseUrl, THREADWISE_MODEL: 'big-1' })
		expect(text).toContain(`# OPENAI_API_KEY=${key}`)
	})

	test('says what wins over .env', async () => {
		const server = await modelServer(['big-1'])
		const { said } = await run(
			[
				[/Which model shall answer/, true],
				[/Which model of that server/, 'big-1'],
				[/Write it/, true],
			],
			{
				ollama: server.baseUrl,
				environment: { THREADWISE_MODEL: 'elsewhere' },
				yaml: `endpoints: { x: { baseUrl: "${server.baseUrl}" } }\nmodels: { fast: { endpoint: x, model: big-1 }, strong: { endpoint: x, model: big-1 }, judge: { endpoint: x, model: big-1 } }`,
			},
		)
		expect(said).toContain('THREADWISE_MODEL: also set in the environment')
		expect(said).toContain('configuration file names models')
	})

	const path: Answers = [
		[/Which model shall answer/, true],
		[/Which model of that server/, 'big-1'],
		[/Write it/, true],
	]
	test.each([0, 1, 2])('left at question %d, nothing is written', async (index) => {
		const server = await modelServer(['big-1'])
		const answers = path.map(([message, answer], at) => [message, at === index ? 'leave' : answer] as const)
		const { exitStatus, text, failures } = await run(answers, { ollama: server.baseUrl })
		expect(exitStatus).toBe(130)
		expect(text).toBeNull()
		expect(failures).toMatchObject([{ code: 'interrupted', message: 'Setup was left. Nothing was written.' }])
	})

	test('a "no" at the end writes nothing', async () => {
		const server = await modelServer(['big-1'])
		const answers = path.map(([message, answer], at) => [message, at === 2 ? '' : answer] as const)
		expect(await run(answers, { ollama: server.baseUrl })).toMatchObject({ exitStatus: 130, text: null })
	})
})

describe('Discord', () => {
	async function startDiscord() {
		const discord = await startLocalDiscord({ rates: false })
		onTestFinished(() => discord[Symbol.asyncDispose]())
		return discord
	}
	const runWith = (apiUrl: string, answers: Answers, env = '') =>
		run([[/Which model shall answer/, 'practice'], ...answers], { env, environment: { DISCORD_API_URL: apiUrl } })

	test('is connected: the token is asked for, tried and written, never shown, and the link that invites the bot is', async () => {
		const { apiUrl, botToken, applicationId } = await startDiscord()
		const { exitStatus, failures, values, said } = await runWith(apiUrl, [
			[/Connect Discord/, 'connect'],
			[/token of the bot/, botToken],
			[/Write it/, true],
		])
		expect(failures).toEqual([])
		expect(exitStatus).toBe(0)
		expect(values).toEqual({ DISCORD_BOT_TOKEN: botToken })
		expect(said).toContain('https://discord.com/developers/applications')
		expect(said).toMatch(/ok +Discord bot token/)
		expect(said).toContain(inviteLink(applicationId))
		expect(said).not.toContain(botToken)
	})

	test('what is no token is refused as it is typed; one that Discord does not know, when it is tried', async () => {
		const { apiUrl, botToken, applicationId } = await startDiscord()
		const { values, said } = await runWith(apiUrl, [
			[/Connect Discord/, 'connect'],
			[/token of the bot/, applicationId],
			[/token of the bot/, 'a.wrong.token'],
			[/Something is not right/, 'again'],
			[/token of the bot/, 'new'],
			[/token of the bot/, botToken],
			[/Write it/, true],
		])
		expect(said).toContain('Found the id of an application')
		expect(said).toMatch(/problem +Discord bot token +Discord doesn't know the token of the bot/)
		expect(values).toEqual({ DISCORD_BOT_TOKEN: botToken })
	})

	test('is disconnected where it is not wanted any more', async () => {
		const { apiUrl, botToken } = await startDiscord()
		const answers: Answers = [
			[/Discord is set up/, 'disconnect'],
			[/Write it/, true],
		]
		const { values, said } = await runWith(apiUrl, answers, `DISCORD_BOT_TOKEN=${botToken}\n`)
		expect(values).toEqual({})
		expect(said).not.toContain(botToken)
	})
})

describe('Slack', () => {
	const withoutModel: Answers = [[/Which model shall answer/, 'practice']]

	async function startSlack(): Promise<LocalSlack> {
		const slack = await startLocalSlack({ rates: false })
		onTestFinished(() => slack[Symbol.asyncDispose]())
		return slack
	}

	function runWith({ apiUrl }: LocalSlack, answers: Answers, env = '') {
		return run([...withoutModel, ...answers], { env, environment: { SLACK_API_URL: apiUrl } })
	}

	test('is connected over Socket Mode: a link makes the app, its tokens are asked for, tried and written, and never shown', async () => {
		const slack = await startSlack()
		const { exitStatus, failures, values, said } = await runWith(slack, [
			[/Connect Slack/, 'connect'],
			[/How does Slack reach/, true],
			[/Bot User OAuth Token/, slack.botToken],
			[/App-Level Token/, slack.appToken],
			[/Write it/, true],
		])
		expect(failures).toEqual([])
		expect(exitStatus).toBe(0)
		expect(values).toEqual({ SLACK_BOT_TOKEN: slack.botToken, SLACK_APP_TOKEN: slack.appToken })
		expect(said).toMatch(/^https:\/\/api\.slack\.com\/apps\?new_app=1&manifest_json=\S+$/m)
		expect(said).toMatch(/ok +Slack bot token +@/)
		expect(said).toMatch(/ok +Slack Socket Mode/)
		expect(said).not.toContain(slack.botToken)
		expect(said).not.toContain(slack.appToken)
	})

	test('a token in the place of another one is refused as it is typed; one that Slack does not know, when it is tried', async () => {
		const slack = await startSlack()
		const { values, said } = await runWith(slack, [
			[/Connect Slack/, 'connect'],
			[/How does Slack reach/, 'socket'],
			[/Bot User OAuth Token/, slack.appToken],
			[/Bot User OAuth Token/, 'xoxb-1-canary'],
			[/App-Level Token/, slack.appToken],
			[/not right yet/, 'again'],
			[/How does Slack reach/, 'socket'],
			[/Bot User OAuth Token/, 'new'],
			[/Bot User OAuth Token/, slack.botToken],
			[/App-Level Token/, 'keep'],
			[/Write it/, true],
		])
		expect(said).toContain('Found an app-level token (xapp-…)')
		expect(said).toMatch(/problem +Slack bot token +Slack doesn't know SLACK_BOT_TOKEN/)
		expect(said).not.toContain('canary')
		expect(values).toEqual({ SLACK_BOT_TOKEN: slack.botToken, SLACK_APP_TOKEN: slack.appToken })
	})

	test('over requests, the link has the address, and what would have been Socket Mode becomes a comment', async () => {
		const slack = await startSlack()
		const { text, said } = await runWith(
			slack,
			[
				[/Slack is set up/, 'connect'],
				[/How does Slack reach/, 'http'],
				[/By which address/, 'https://bot.example'],
				[/Bot User OAuth Token/, slack.botToken],
				[/Signing Secret/, slack.signingSecret],
				[/Write it/, true],
			],
			`SLACK_APP_TOKEN=${slack.appToken}\n`,
		)
		expect(said).toContain(encodeURIComponent('https://bot.example/slack/events'))
		expect(text).toContain(`# SLACK_APP_TOKEN=${slack.appToken}\n`)
		expect(text).toContain(`\nSLACK_SIGNING_SECRET=${slack.signingSecret}\n`)
	})

	test('left on the way to the app, what was agreed to before stays, and the next time goes on from there', async () => {
		const server = await modelServer(['big-1'])
		const left = await run(
			[
				[/Which model shall answer/, true],
				[/Which model of that server/, 'big-1'],
				[/Write it/, true],
				[/Connect Slack/, 'connect'],
				[/How does Slack reach/, 'socket'],
				[/Bot User OAuth Token/, 'leave'],
			],
			{ ollama: server.baseUrl },
		)
		expect(left.exitStatus).toBe(130)
		expect(left.failures).toMatchObject([{ message: expect.stringContaining('Slack is as it was') }])
		expect(left.values).toMatchObject({ THREADWISE_MODEL: 'big-1', SLACK_BOT_TOKEN: '' })

		const slack = await startSlack()
		const again = await run(
			[
				[/Which model shall answer/, true],
				[/Which model of that server/, true],
				[/Connect Slack/, 'connect'],
				[/How does Slack reach/, 'socket'],
				[/Bot User OAuth Token/, slack.botToken],
				[/App-Level Token/, slack.appToken],
				[/Write it/, true],
			],
			{ env: left.text ?? '', ollama: server.baseUrl, environment: { SLACK_API_URL: slack.apiUrl } },
		)
		expect(again.values).toMatchObject({ THREADWISE_MODEL: 'big-1', SLACK_BOT_TOKEN: slack.botToken })
	})

	test('connected by a token where workspaces have installed the app before, nothing is left that would not go with it', async () => {
		const slack = await startSlack()
		const env = `SLACK_CLIENT_ID=1.2\nSLACK_TOKEN_KEY=${'ab'.repeat(32)}\nSLACK_APP_TOKEN=${slack.appToken}\n`
		const { values, exitStatus } = await runWith(
			slack,
			[
				[/Slack is set up/, 'connect'],
				[/How does Slack reach/, 'socket'],
				[/Bot User OAuth Token/, slack.botToken],
				[/App-Level Token/, true],
				[/Write it/, true],
			],
			env,
		)
		expect(exitStatus).toBe(0)
		expect(values).toEqual({ SLACK_BOT_TOKEN: slack.botToken, SLACK_APP_TOKEN: slack.appToken })
	})

	test('run again, it is left as it is, or disconnected', async () => {
		const slack = await startSlack()
		const env = `SLACK_BOT_TOKEN=${slack.botToken}\nSLACK_APP_TOKEN=${slack.appToken}\n`
		const stays = await runWith(slack, [[/Slack is set up/, true]], env)
		expect(stays.text).toBe(env)
		const leaves = await runWith(
			slack,
			[
				[/Slack is set up/, 'disconnect'],
				[/Write it/, true],
			],
			env,
		)
		expect(leaves.text).toBe(env.replaceAll('SLACK_', '# SLACK_'))
		expect(leaves.values).toEqual({})
		expect(leaves.said).not.toContain(slack.botToken)
	})
})

const down = '\u001b[B'
const enter = '\r'

describe('in a terminal', () => {
	test('from the first key to the written file, against a real server; the key is hidden', async () => {
		await using folder = await temporaryFolder()
		await using practice = await startPractice()
		const { exitStatus, screen, failures } = await setUpInTerminal(
			[
				['Which model shall answer?', `${down}${enter}`],
				['Your key', `${key}\u0003`],
			],
			{ folder: folder.path, ollama: practice.baseUrl },
		)
		expect(failures).toMatchObject([{ code: 'interrupted' }])
		expect(exitStatus).toBe(130)
		expect(screen).not.toContain(key)
		expect(existsSync(join(folder.path, '.env'))).toBe(false)

		const again = await setUpInTerminal(
			[
				['Which model shall answer?', enter],
				['Which model of that server?', `${down}${enter}`],
				['Write it?', enter],
				['Connect Slack?', enter],
				['Connect Discord?', enter],
			],
			{ folder: folder.path, ollama: practice.baseUrl },
		)
		expect(again.failures).toEqual([])
		expect(again.exitStatus).toBe(0)
		expect(again.screen).toContain('What to do next')
		const values = parseEnv(await readFile(join(folder.path, '.env'), 'utf8'))
		expect(values).toMatchObject({ OPENAI_BASE_URL: practice.baseUrl, THREADWISE_MODEL: 'practice-judge' })
	})

	test('the link that makes the Slack app can be copied whole', async () => {
		await using folder = await temporaryFolder()
		await using practice = await startPractice()
		const { everything } = await setUpInTerminal(
			[
				['Which model shall answer?', enter],
				['Which model of that server?', `${down}${enter}`],
				['Write it?', enter],
				['Connect Slack?', `${down}${enter}`],
				['How does Slack reach Threadwise?', enter],
				['Bot User OAuth Token', '\u0003'],
			],
			{ folder: folder.path, ollama: practice.baseUrl },
		)
		expect(everything).toContain(`\n${manifestLink(slackManifest('Threadwise', { over: 'socket' }))}\n`)
	})

	test('the end of the input leaves as Ctrl-C does', async () => {
		await using folder = await temporaryFolder()
		const { exitStatus } = await setUpInTerminal([['Which model shall answer?', '\u0004']], {
			folder: folder.path,
			ollama: `http://127.0.0.1:${await freePort()}/v1`,
		})
		expect(exitStatus).toBe(130)
	})

	test('where there is none, the variables to set by hand are named', async () => {
		const { exitCode, stderr, stdout } = await threadwise(['setup'], {})
		expect(exitCode).toBe(1)
		expect(stdout).toBe('')
		expect(stderr).toContain('OPENAI_BASE_URL')
		expect(stderr).toContain('OPENAI_API_KEY')
		expect(stderr).toContain('THREADWISE_MODEL')
	})
})
