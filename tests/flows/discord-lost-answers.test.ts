import { expect, test } from 'vitest'
import { dropConnections, mention } from '../bench/chat/mentions.ts'
import { outcomesOf } from '../bench/chat/outcomes.ts'
import { discordMeeting } from '../bench/discord/mentions.ts'
import { discordAnswering } from '../bench/discord/outcomes.ts'
import { openDiscordScene } from '../bench/discord/scene.ts'

const questions = 25
const post = 'POST /channels/{channel_id}/messages'

test('posts whose connection drops before and after Discord has taken them are neither lost nor doubled', {
	timeout: 120_000,
}, async ({ signal }) => {
	await using scene = await openDiscordScene('embedded', 60)
	const { discord } = scene
	dropConnections(discord, post, questions)
	const asked = await mention(discordMeeting(discord, questions), { count: questions, everyMs: 50, signal })
	expect(await outcomesOf(discordAnswering(discord), asked, 90_000, signal)).toEqual({
		asked: questions,
		answered: questions,
		lost: 0,
		doubled: 0,
	})
	const dropped = discord.calls.filter(({ route, status }) => route === post && status === null)
	expect(dropped.filter(({ isDone }) => isDone)).toHaveLength(questions)
	expect(dropped.filter(({ isDone }) => !isDone)).toHaveLength(questions)
})
