import { expect, test } from 'vitest'
import { defaultsIn } from './defaults.ts'

const defaults = {
	effort: 'medium',
	workflow: 'default',
	channels: { 'chat/lab': { workflow: 'two-minds' }, 'chat/quiet': { effort: 'low', workflow: 'quick' } },
} as const
const channel = (platform: string, channelId: string) => ({ platform, workspaceId: 'w', channelId, threadId: 't' })

test.each([
	['chat', 'anywhere', { effort: 'medium', workflow: 'default' }],
	['chat', 'lab', { effort: 'medium', workflow: 'two-minds' }],
	['chat', 'quiet', { effort: 'low', workflow: 'quick' }],
	['another', 'quiet', { effort: 'medium', workflow: 'default' }],
])('a question in %s/%s is worked on with %j', (platform, channelId, choice) => {
	expect(defaultsIn(defaults, channel(platform, channelId))).toEqual(choice)
})
