import { ChannelType, MessageFlags, MessageType, Routes } from 'discord.js'
import { expect, test } from 'vitest'
import { codeOf, openDiscord } from './bots-at-work.ts'

async function openThread() {
	const { discord, rest, ada } = await openDiscord()
	const question = ada.post(discord.general, 'why?')
	const start = (body: object = { name: 'why' }) => rest.post(Routes.threads(discord.general, question.id), { body })
	const write = (content = 'because') => rest.post(Routes.channelMessages(question.id), { body: { content } })
	return { discord, rest, ada, question, start, write }
}

test('a thread has the id of its message, which shows it and begins it', async () => {
	const { discord, question, start, write } = await openThread()
	expect(await start()).toMatchObject({
		id: question.id,
		parent_id: discord.general,
		type: ChannelType.PublicThread,
		thread_metadata: { archived: false, locked: false, auto_archive_duration: 4_320 },
		member: { user_id: discord.botUserId },
	})
	await write()
	expect(discord.threads(discord.general).map(({ id, name }) => ({ id, name }))).toEqual([
		{ id: question.id, name: 'why' },
	])
	expect(question.flags & MessageFlags.HasThread).not.toBe(0)
	expect(discord.messages(question.id).map(({ type }) => type)).toEqual([
		MessageType.ThreadStarterMessage,
		MessageType.Default,
	])
})

test('a message takes one thread', async () => {
	const { start } = await openThread()
	await start()
	expect(await codeOf(start())).toBe(160004)
})

test('the name has 1 to 100 characters, and archiving four lengths', async () => {
	const { start } = await openThread()
	expect(await codeOf(start({ name: '' }))).toBe(50035)
	expect(await codeOf(start({ name: 'x'.repeat(101) }))).toBe(50035)
	expect(await codeOf(start({ name: 'x', auto_archive_duration: 100 }))).toBe(50035)
	expect(await codeOf(start({ name: 'x'.repeat(100), auto_archive_duration: 60 }))).toBe('ok')
})

test('there are no threads in threads, in direct messages and in voice channels', async () => {
	const { discord, rest, ada, question, start } = await openThread()
	await start()
	const voice = discord.addChannel({ name: 'talk', kind: 'voice' })
	for (const channelId of [question.id, ada.directMessages, voice]) {
		const { id } = ada.post(channelId, 'and here?')
		expect(await codeOf(rest.post(Routes.threads(channelId, id), { body: { name: 'x' } }))).toBe(50024)
	}
})

test('writing wakes an archived thread up, editing needs it awake', async () => {
	const { discord, rest, ada, question, start, write } = await openThread()
	await start()
	await write()
	const [, answer] = discord.messages(question.id)
	const edit = () => rest.patch(Routes.channelMessage(question.id, answer?.id ?? ''), { body: { content: 'so' } })
	discord.setThread(question.id, { isArchived: true })
	expect(await codeOf(edit())).toBe(50083)
	await rest.patch(Routes.channel(question.id), { body: { archived: false } })
	expect(await codeOf(edit())).toBe('ok')
	discord.setThread(question.id, { isArchived: true })
	ada.post(question.id, 'and?')
	expect(discord.channel(question.id).thread?.isArchived).toBe(false)
	discord.setThread(question.id, { isArchived: true })
	await write()
	expect(discord.channel(question.id).thread?.isArchived).toBe(false)
})

test('only moderators write in a locked thread', async () => {
	const { discord, question, start, write } = await openThread()
	await start()
	discord.setThread(question.id, { isArchived: true, isLocked: true })
	expect(await codeOf(write())).toBe(160005)
	discord.setBotPermissions(discord.general, { allow: ['ManageThreads'] })
	expect(await codeOf(write())).toBe('ok')
})

test('a guild takes so many active threads', async () => {
	const { discord, rest, ada } = await openDiscord({ activeThreads: 1 })
	const start = (messageId: string) => rest.post(Routes.threads(discord.general, messageId), { body: { name: 'x' } })
	const [first, second] = [ada.post(discord.general, 'a'), ada.post(discord.general, 'b')]
	await start(first.id)
	expect(await codeOf(start(second.id))).toBe(160006)
	discord.setThread(first.id, { isArchived: true })
	expect(await codeOf(start(second.id))).toBe('ok')
})
