import { expect, test } from 'vitest'
import { openSlack } from './apps.ts'

const zeroWidth = String.fromCodePoint(0x200b)

async function pingedBy(written: object): Promise<readonly string[]> {
	const { slack, client } = await openSlack()
	await client.apiCall('chat.postMessage', { channel: slack.general, ...written })
	return [...(slack.messages(slack.general)[0]?.pinged ?? [])]
}

const section = (type: string, text: string) => ({
	text: 'fallback',
	blocks: [{ type: 'section', text: { type, text } }],
})

test.for([
	{ what: 'a person', written: { text: 'hello <@U123>' }, pinged: ['U123'] },
	{ what: 'a person with a label', written: { text: '<@U123|ada>' }, pinged: ['U123'] },
	{
		what: 'a channel',
		written: { text: '<!channel> <!here> <!everyone>' },
		pinged: ['!channel', '!here', '!everyone'],
	},
	{ what: 'a group', written: { text: '<!subteam^S123|team>' }, pinged: ['!subteam^S123'] },
	{ what: 'somebody in a section', written: section('mrkdwn', '<@U123>'), pinged: ['U123'] },
	{ what: 'somebody in markdown', written: { markdown_text: '**<!here>**' }, pinged: ['!here'] },
	{ what: 'bare names where Slack is to find them', written: { text: '@here', link_names: true }, pinged: ['!here'] },
	{ what: 'bare names otherwise', written: { text: '@here @channel' }, pinged: [] },
	{ what: 'what is escaped', written: { text: '&lt;!channel&gt; &lt;@U123&gt;' }, pinged: [] },
	{ what: 'what is broken up', written: { text: `<${zeroWidth}@U123> <${zeroWidth}!here>` }, pinged: [] },
	{ what: 'plain text', written: section('plain_text', '<@U123>'), pinged: [] },
])('$what: $pinged', async ({ written, pinged }) => {
	expect(await pingedBy(written)).toEqual(pinged)
})

test('whom a message has pinged is remembered when it says something else, also in a stream', async () => {
	const { slack, client, ada } = await openSlack()
	const { ts: thread_ts } = ada.post(ada.directMessages, 'a question')
	const { ts = '' } = await client.chat.startStream({
		channel: ada.directMessages,
		thread_ts,
		markdown_text: 'oh <!cha',
	})
	await client.chat.appendStream({ channel: ada.directMessages, ts, markdown_text: 'nnel>' })
	await client.chat.stopStream({ channel: ada.directMessages, ts })
	await client.chat.update({ channel: ada.directMessages, ts, text: 'quiet' })
	const message = slack.messages(ada.directMessages, thread_ts).at(-1)
	expect([...(message?.pinged ?? [])]).toEqual(['!channel'])
})
