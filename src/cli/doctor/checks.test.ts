import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { threadwise } from '../../../tests/support/command-line.ts'
import { temporaryFolder } from '../../../tests/support/data-folder.ts'
import { changedRows, doctorRows, rowNamed, type Variables } from '../../../tests/support/doctor.ts'
import { holdPort } from '../../../tests/support/hold-port.ts'
import { freePort } from '../../../tests/support/servers.ts'
import { secretsIn } from '../../config/index.ts'
import { type CheckRow, notConfigured, ok, problem, warning } from '../../core/check.ts'
import { createRedactor } from '../../core/redaction.ts'
import { inspectSettings } from '../settings.ts'
import { priceFinding, speedFinding } from './model-rows.ts'
import { nodeCheck } from './node-version.ts'
import { createRowLines, hasProblem, summaryOf } from './show-rows.ts'
import { workflowsCheck } from './workflows.ts'

// Some steps here are processes of their own.
vi.setConfig({ testTimeout: 60_000 })

const token = 'canary-token-of-24-characters-or-more'

let well: readonly CheckRow[]
beforeAll(async () => {
	well = await doctorRows({})
})

async function changedBy(variables: Variables) {
	const rows = await doctorRows(variables)
	return { rows, changed: changedRows(well, rows) }
}

test('an empty folder is a working installation', () => {
	expect(hasProblem(well)).toBe(false)
	expect(well.map(({ name }) => name)).toEqual([
		...['configuration', 'Node.js', 'data folder', 'database', 'queue', 'HTTP address', 'playground'],
		...['workflows', 'model', 'Slack', 'Discord'],
	])
})

describe('configuration', () => {
	test('every problem is a row, and what has nothing to do with it is checked all the same', async () => {
		const { rows, changed } = await changedBy({ THREADWISE_EFFORT: 'extreme', THREADWISE_CONCURRENCY: 'many' })
		expect(changed).toEqual(['configuration: problem', 'configuration: problem'])
		expect(rows.filter(({ status }) => status === 'problem').map(({ message }) => message)).toEqual([
			'THREADWISE_EFFORT: found extreme; expected "low", "medium" or "high".',
			'THREADWISE_CONCURRENCY: found many; expected a number between 1 and 1000.',
		])
	})

	test.each([
		[{ DATABASE_URL: 'mysql://db' }, ['data folder', 'database', 'queue']],
		[{ REDIS_URL: 'redis://127.0.0.1' }, ['data folder', 'database', 'queue']],
		[{ THREADWISE_PORT: 'eighty' }, ['HTTP address']],
		[{ THREADWISE_HOST: 'not a host' }, ['HTTP address', 'playground']],
		[{ THREADWISE_TOKEN: 'short' }, ['playground']],
		[{ THREADWISE_TOKENS: 'ada:short' }, ['playground']],
		[{ THREADWISE_TRUSTED_PROXIES: 'nginx' }, ['playground']],
		[{ THREADWISE_PUBLIC_URL: 'bot.example.com' }, ['playground']],
		[{ OPENAI_BASE_URL: 'localhost:11434' }, ['model']],
	])('nothing is said about what %j leaves open', async (variables, names) => {
		const { changed } = await changedBy(variables)
		expect(changed).toEqual(['configuration: problem', ...names.map((name) => `${name}: not-checked`)])
	})

	test('a file that can not be read is a row as well', async () => {
		await using folder = await temporaryFolder()
		await writeFile(join(folder.path, 'threadwise.yaml'), 'models: [unclosed')
		await mkdir(join(folder.path, '.env'))
		const { problems } = inspectSettings({}, folder.path)
		expect(problems.map(({ variable }) => variable)).toEqual(['.env', 'configuration file'])
	})

	test('says where it was read from', async () => {
		await using folder = await temporaryFolder()
		await writeFile(join(folder.path, 'threadwise.yaml'), 'defaults: { effort: low }')
		await writeFile(join(folder.path, '.env'), 'THREADWISE_PORT=8080')
		const { sources, config } = inspectSettings({}, folder.path)
		expect(sources).toEqual(['.env', 'the environment', 'threadwise.yaml'])
		expect(config).toMatchObject({ http: { port: 8080 }, defaults: { effort: 'low' } })
	})
})

test('Node.js that is too old', async () => {
	const run = (version: string) => nodeCheck(version).run(new AbortController().signal)
	expect(await run('22.11.0')).toMatchObject({ status: 'problem' })
	expect(await run('24.0.0')).toMatchObject({ status: 'ok' })
})

describe('the HTTP address', () => {
	test('is free', async () => {
		const { changed, rows } = await changedBy({ THREADWISE_PORT: String(await freePort()) })
		expect(changed).toEqual([])
		expect(rowNamed(rows, 'HTTP address').message).toMatch(/is free, reached from this machine only$/)
	})

	test('is the one that "start" takes where no port is chosen', () => {
		expect(rowNamed(well, 'HTTP address')).toMatchObject({
			status: 'ok',
			message: expect.stringMatching(/^127\.0\.0\.1:3210 is .*, reached from this machine only$/),
		})
	})

	test('is no matter of concern where another program has the port that nobody chose', async () => {
		await holdPort(3210)
		const { changed, rows } = await changedBy({})
		expect(changed).toEqual([])
		expect(rowNamed(rows, 'HTTP address').message).toMatch(
			/is in use by (?:another program, so "start" takes the next|Threadwise)/,
		)
	})

	test('is none of this machine, also where no port is chosen', async () => {
		const { changed, rows } = await changedBy({ THREADWISE_HOST: '192.0.2.1', THREADWISE_TOKEN: token })
		expect(changed).toEqual(['HTTP address: problem'])
		expect(rowNamed(rows, 'HTTP address').fix).toContain('THREADWISE_HOST')
	})

	test('is none where neither a port nor the page is wanted', async () => {
		const { changed } = await changedBy({ THREADWISE_PLAYGROUND: 'off' })
		expect(changed).toEqual(['HTTP address: not-configured', 'playground: not-configured'])
	})

	test('is in use by another program', async () => {
		const port = await freePort()
		await holdPort(port)
		const { changed, rows } = await changedBy({ THREADWISE_PORT: String(port) })
		expect(changed).toEqual(['HTTP address: problem'])
		expect(rowNamed(rows, 'HTTP address').fix).toContain('THREADWISE_PORT')
	})

	test('is none of this machine', async () => {
		const { changed, rows } = await changedBy({
			THREADWISE_PORT: String(await freePort()),
			THREADWISE_HOST: '192.0.2.1',
			THREADWISE_TOKEN: token,
		})
		expect(changed).toEqual(['HTTP address: problem'])
		expect(rowNamed(rows, 'HTTP address').fix).toContain('THREADWISE_HOST')
	})

	test('is for all of the machine', async () => {
		const { rows } = await changedBy({ THREADWISE_PORT: String(await freePort()), THREADWISE_HOST: '0.0.0.0' })
		expect(rowNamed(rows, 'HTTP address')).toMatchObject({
			status: 'ok',
			message: expect.stringContaining('other machines'),
		})
	})
})

describe('the playground', () => {
	const open = { THREADWISE_PUBLIC_URL: 'https://bot.example.com' }

	test('would be open to everybody', async () => {
		const { changed, rows } = await changedBy(open)
		expect(changed).toEqual(['playground: problem'])
		expect(rowNamed(rows, 'playground')).toMatchObject({
			message: expect.stringContaining('others can reach the page at https://bot.example.com'),
			fix: expect.stringContaining('Set THREADWISE_TOKEN to at least 24 characters'),
		})
	})

	test('is open to this machine, or to whoever shows the token, which no row does', async () => {
		expect(rowNamed(well, 'playground').message).toBe('open to this machine, without a token')
		const guarded = await changedBy({ ...open, THREADWISE_TOKEN: token })
		expect(guarded.changed).toEqual([])
		expect(rowNamed(guarded.rows, 'playground').message).toContain('open at https://bot.example.com to whoever shows')
		const shared = await changedBy({
			...open,
			THREADWISE_TOKENS: `ada:${token}:admin,bob:${token}-2`,
			THREADWISE_TRUSTED_PROXIES: '127.0.0.1,10.0.0.0/8',
		})
		expect(rowNamed(shared.rows, 'playground').message).toMatch(
			/whoever shows one of the 2 tokens;.*; proxies at 127\.0\.0\.1, 10\.0\.0\.0\/8 are trusted$/,
		)
		const unlinked = await changedBy({ THREADWISE_TOKEN: token })
		expect(rowNamed(unlinked.rows, 'playground').message).toContain('THREADWISE_PUBLIC_URL is not set')
		expect(JSON.stringify([...guarded.rows, ...shared.rows, ...unlinked.rows])).not.toContain(token)
	})

	test("that is switched off is in nobody's way", async () => {
		const { rows } = await changedBy({ ...open, THREADWISE_PLAYGROUND: 'off' })
		expect(rowNamed(rows, 'playground').status).toBe('not-configured')
	})
})

describe('workflows', () => {
	test('one that the configuration names is missing', async () => {
		const { changed, rows } = await changedBy({ THREADWISE_WORKFLOW: 'nope' })
		expect(changed).toEqual(['workflows: problem'])
		expect(rowNamed(rows, 'workflows')).toMatchObject({
			message: expect.stringContaining('"nope"'),
			fix: expect.stringContaining('default, quick'),
		})
	})

	test('one is broken', async () => {
		await using folder = await temporaryFolder()
		await writeFile(join(folder.path, 'mine.yaml'), 'name: mine')
		const defaults = { effort: 'medium', workflow: 'mine', channels: {} } as const
		const check = workflowsCheck({ defaults, aliases: ['fast'], folder: folder.path })
		await expect(check.run(new AbortController().signal)).rejects.toMatchObject({ code: 'workflow' })
	})
})

describe('platforms', () => {
	test('whose token can not be one are not asked', async () => {
		const { changed, rows } = await changedBy({ DISCORD_BOT_TOKEN: 'canary-4711' })
		expect(changed).toEqual(['configuration: problem', 'Discord: not-checked'])
		expect(JSON.stringify(rows)).not.toContain('canary')
	})
})

describe('a model', () => {
	const price = { inputUsdPerMillion: 0, outputUsdPerMillion: 0 }

	test.each([
		['https://models.example.com/v1', 'warning'],
		['http://127.0.0.1:11434/v1', 'ok'],
		['http://192.168.1.20:8000/v1', 'ok'],
		['http://vllm:8000/v1', 'ok'],
		['http://gpu.local:8000/v1', 'ok'],
	])('without a known price at %s: %s', (baseUrl, status) => {
		expect(priceFinding(price, true, baseUrl).status).toBe(status)
	})

	test('with a price that is known', () => {
		expect(
			priceFinding({ inputUsdPerMillion: 2, outputUsdPerMillion: 8 }, false, 'https://models.example.com'),
		).toEqual(ok('$2 in and $8 out per million tokens'))
	})

	test('that is slow', () => {
		const usage = { inputTokens: 10, outputTokens: 50, estimated: false }
		const reply = { firstWordMs: 12_000, totalMs: 15_000, pieces: 9, usage, text: '1 2 3' }
		expect(speedFinding({ reply, error: null })).toMatchObject({
			status: 'warning',
			message: expect.stringContaining('first word after 12.0 s'),
		})
		expect(speedFinding({ reply: { ...reply, firstWordMs: 400 }, error: null }).status).toBe('ok')
	})
})

test('secrets are found wherever the environment has them', () => {
	const env = {
		HOUSE_KEY: 'canary-1',
		SLACK_BOT_TOKEN: 'canary-2',
		DATABASE_URL: 'postgres://bot:canary%20-3@db/x',
		OPENAI_BASE_URL: 'http://user:canary-4@models.example/v1',
		THREADWISE_MODEL: 'tiny',
	}
	const redact = createRedactor(secretsIn(env, inspectSettings(env, '/nowhere').config.models))
	const hidden = redact('canary-1, canary-2, canary%20-3, canary -3, canary-4, tiny')
	expect(hidden).not.toContain('canary')
	expect(hidden).toContain('tiny')
})

describe('what is printed', () => {
	const rows: readonly CheckRow[] = [
		{ name: 'a', ...ok('well') },
		{ name: 'long name', ...problem('Broken.', 'Mend it.') },
		{ name: 'b', ...warning('Careful.\u001b[2J', 'Look.') },
		{ name: 'c', ...notConfigured('not in use', 'Use it.') },
	]

	test('is aligned, with the fix below, and no terminal command from outside', () => {
		const line = createRowLines(['a', 'long name', 'b', 'c'], false)
		expect(rows.map(line).join('')).toBe(
			[
				'  ok       a          well',
				'  problem  long name  Broken.',
				'                      → Mend it.',
				'  warning  b          Careful.[2J',
				'                      → Look.',
				'  –        c          not in use',
				'                      → Use it.',
				'',
			].join('\n'),
		)
	})

	test('is coloured where colours are shown, and aligned as without them', () => {
		const line = createRowLines(['a', 'long name'], true)
		const colored = rows.slice(0, 2).map(line).join('')
		expect(colored).toContain('\u001b[31m')
		// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the colours.
		const plain = colored.replaceAll(/\u001b\[\d+m/g, '')
		expect(plain).toBe(
			rows
				.slice(0, 2)
				.map(createRowLines(['a', 'long name'], false))
				.join(''),
		)
	})

	test('ends with what it comes to', () => {
		expect(summaryOf(rows)).toBe('1 problem, 1 warning.')
		expect(summaryOf(rows.slice(2))).toBe('Nothing is broken; 1 warning.')
		expect(summaryOf(rows.slice(0, 1))).toBe('All is well.')
		expect(hasProblem(rows)).toBe(true)
		expect(hasProblem(rows.slice(2))).toBe(false)
	})
})

test('the command prints rows and a sentence, with exit status 0 where nothing is broken', async () => {
	await using folder = await temporaryFolder()
	const { exitCode, stdout, stderr } = await threadwise(['doctor'], {}, { cwd: folder.path })
	expect(stderr).toBe('')
	expect(exitCode).toBe(0)
	expect(stdout).toMatch(/^ {2}ok {7}configuration {2}read from the environment\n/)
	expect(stdout).toMatch(/\n\nAll is well\.$/)
})
