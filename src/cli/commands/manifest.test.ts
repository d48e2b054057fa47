import { expect, test, vi } from 'vitest'
import { parse } from 'yaml'
import { manifestLink, slackManifest } from '../../../adapters/slack/index.ts'
import { threadwise } from '../../../tests/support/command-line.ts'

vi.setConfig({ testTimeout: 60_000 })

test('the manifest alone is on standard output, the link and what to do with it beside it', async () => {
	const { exitCode, stdout, stderr } = await threadwise(['manifest', 'slack'], {})
	const manifest = slackManifest('Threadwise', { over: 'socket' })
	expect(exitCode).toBe(0)
	expect(JSON.parse(String(stdout))).toEqual(manifest)
	expect(stderr).toContain(manifestLink(manifest))
	expect(stderr).toContain('SLACK_APP_TOKEN=xapp-')
})

test('over HTTP, as YAML, under another name', async () => {
	const choices = ['--url', 'https://bot.example', '--name', 'Our thinker', '--yaml']
	const { stdout, stderr } = await threadwise(['manifest', 'slack', ...choices], {})
	expect(parse(String(stdout))).toEqual(slackManifest('Our thinker', { over: 'http', url: 'https://bot.example' }))
	expect(stderr).toContain('SLACK_SIGNING_SECRET=')
	expect(stderr).not.toContain('SLACK_APP_TOKEN')
})

test.each([
	[['--url', 'http://bot.example'], 'https'],
	[['--url', 'bot.example'], 'https'],
	[['--url', 'https://bot.example', '--socket'], 'cannot be used with'],
	[['--name', 'x'.repeat(36)], '35 characters'],
	[['--name', ' '], '35 characters'],
])('what Slack would refuse, %j, is refused with a reason', async (choices, reason) => {
	const { exitCode, stdout, stderr } = await threadwise(['manifest', 'slack', ...choices], {})
	expect(exitCode).toBe(1)
	expect(stdout).toBe('')
	expect(stderr).toContain(reason)
})
