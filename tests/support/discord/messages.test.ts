import { MessageFlags, MessageType, Routes } from 'discord.js'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { codeOf, openDiscord } from './bots-at-work.ts'

const messageSchema = z.looseObject({ id: z.string(), content: z.string() })
const messagesSchema = z.array(messageSchema)

async function openChannel() {
	const { discord, rest, ada } = await openDiscord()
	const path = Routes.channelMessages(discord.general)
	const post = async (body: object) => messageSchema.parse(await rest.post(path, { body }))
	const list = async (query = '') =>
		messagesSchema.parse(await rest.get(`${path}?${query}`)).map(({ content }) => content)
	return { discord, rest, ada, post, list, path }
}

test('what a bot posts, edits and deletes is what people see', async () => {
	const { discord, rest, post } = await openChannel()
	const { id } = await post({ content: ' first ' })
	const [message] = discord.messages(discord.general)
	expect(message).toMatchObject({ id, content: 'first', authorId: discord.botUserId, type: MessageType.Default })
	await rest.patch(Routes.channelMessage(discord.general, id), { body: { content: 'second' } })
	expect(discord.messages(discord.general)).toMatchObject([{ content: 'second', editedAt: expect.any(Number) }])
	expect(message?.versions.map(({ content }) => content)).toEqual(['first', 'second'])
	await rest.delete(Routes.channelMessage(discord.general, id))
	expect(discord.messages(discord.general)).toEqual([])
	expect(await codeOf(rest.delete(Routes.channelMessage(discord.general, id)))).toBe(10008)
})

test('an edit leaves what it does not name', async () => {
	const { discord, rest, post } = await openChannel()
	const row = { type: 1, components: [{ type: 2, style: 1, label: 'Stop', custom_id: 'stop' }] }
	const { id } = await post({ content: 'working', components: [row], embeds: [{ title: 'steps' }] })
	await rest.patch(Routes.channelMessage(discord.general, id), { body: { content: 'done' } })
	await rest.patch(Routes.channelMessage(discord.general, id), { body: { embeds: [] } })
	expect(discord.messages(discord.general)).toMatchObject([
		{ content: 'done', embeds: [], components: [{ components: [{ custom_id: 'stop' }] }] },
	])
})

test('messages are listed newest first: the last ones, those before, after and around one', async () => {
	const { discord, ada, list } = await openChannel()
	const written = ['a', 'b', 'c', 'd', 'e'].map((text) => ada.post(discord.general, text))
	const middle = written[2]?.id ?? ''
	expect(await list()).toEqual(['e', 'd', 'c', 'b', 'a'])
	expect(await list('limit=2')).toEqual(['e', 'd'])
	expect(await list(`before=${middle}`)).toEqual(['b', 'a'])
	expect(await list(`after=${middle}&limit=1`)).toEqual(['d'])
	expect(await list(`around=${middle}&limit=3`)).toEqual(['d', 'c', 'b'])
})

test('a listing takes 1 to 100 messages and identifiers', async () => {
	const { list } = await openChannel()
	expect(await codeOf(list('limit=0'))).toBe(50035)
	expect(await codeOf(list('limit=101'))).toBe(50035)
	expect(await codeOf(list('before=yesterday'))).toBe(50035)
})

test('a nonce that is enforced gives the same message for some minutes, otherwise it is only told', async () => {
	const { discord, post } = await openChannel()
	const once = { content: 'once', nonce: 'run-1', enforce_nonce: true }
	const first = await post(once)
	expect((await post(once)).id).toBe(first.id)
	await post({ content: 'twice', nonce: 'run-1' })
	discord.clock.advance(6 * 60_000)
	expect((await post(once)).id).not.toBe(first.id)
	expect(discord.messages(discord.general)).toHaveLength(3)
	expect(await codeOf(post({ content: 'long', nonce: 'n'.repeat(26) }))).toBe(50035)
})

test('a reply names what it answers; one to a message that is gone is refused unless that is allowed', async () => {
	const { discord, ada, post } = await openChannel()
	const question = ada.post(discord.general, 'why?')
	const reference = { message_id: question.id }
	const reply = await post({ content: 'because', message_reference: reference })
	expect(reply).toMatchObject({ type: MessageType.Reply, referenced_message: { content: 'why?' } })
	ada.delete(question)
	expect(await codeOf(post({ content: 'because', message_reference: reference }))).toBe(50035)
	const lenient = await post({ content: 'anyway', message_reference: { ...reference, fail_if_not_exists: false } })
	expect(lenient).toMatchObject({ type: MessageType.Default })
})

test('nobody changes what somebody else has written, and only moderators delete it', async () => {
	const { discord, rest, ada } = await openChannel()
	const { id } = ada.post(discord.general, 'mine')
	const path = Routes.channelMessage(discord.general, id)
	expect(await codeOf(rest.patch(path, { body: { content: 'yours' } }))).toBe(50005)
	expect(await codeOf(rest.delete(path))).toBe(50013)
	discord.setBotPermissions(discord.general, { allow: ['ManageMessages'] })
	await rest.delete(path)
	expect(discord.messages(discord.general)).toEqual([])
})

test('files are attached, kept or dropped by an edit, and can be fetched', async () => {
	const { discord, rest } = await openChannel()
	const files = [
		{ name: 'answer.md', data: '# Answer' },
		{ name: 'table.txt', data: '1 2' },
	]
	const path = Routes.channelMessages(discord.general)
	const attachments = z.array(z.looseObject({ id: z.string(), filename: z.string(), url: z.string() }))
	const answer = messageSchema.parse(await rest.post(path, { body: { content: 'see' }, files }))
	const [first] = attachments.parse(answer.attachments)
	expect(await (await fetch(first?.url ?? '')).text()).toBe('# Answer')
	const edit = { attachments: [{ id: first?.id }] }
	await rest.patch(Routes.channelMessage(discord.general, answer.id), { body: edit })
	const [message] = discord.messages(discord.general)
	expect(message?.attachments.map(({ filename }) => filename)).toEqual(['answer.md'])
	expect(discord.calls[0]?.files).toEqual(['answer.md', 'table.txt'])
})

test('empty messages, unknown channels and unknown addresses are refused', async () => {
	const { rest, post, discord } = await openChannel()
	expect(await codeOf(post({ content: '  ' }))).toBe(50006)
	expect(await codeOf(rest.post(Routes.channelMessages('1'), { body: { content: 'hello' } }))).toBe(10003)
	expect(await codeOf(rest.get('/nowhere'))).toBe(0)
	expect(await codeOf(rest.get(Routes.channelMessage(discord.general, '1')))).toBe(10008)
})

test('automatic moderation blocks what it is told to, wherever it stands', async () => {
	const { discord, rest, post } = await openChannel()
	discord.blockWord('Forbidden')
	const display = { flags: MessageFlags.IsComponentsV2, components: [{ type: 10, content: 'a forbidden word' }] }
	expect(await codeOf(post({ content: 'forbidden' }))).toBe(200000)
	expect(await codeOf(post(display))).toBe(200000)
	const { id } = await post({ content: 'fine' })
	const edit = rest.patch(Routes.channelMessage(discord.general, id), { body: { content: 'now forbidden' } })
	expect(await codeOf(edit)).toBe(200000)
	const thread = rest.post(Routes.threads(discord.general, id), { body: { name: 'forbidden' } })
	expect(await codeOf(thread)).toBe(200001)
})

test('somebody types for ten seconds or until something is written', async () => {
	const { discord, rest, ada, post } = await openChannel()
	await rest.post(Routes.channelTyping(discord.general))
	ada.type(discord.general)
	expect(discord.typing(discord.general)).toEqual([discord.botUserId, ada.id])
	await post({ content: 'here' })
	expect(discord.typing(discord.general)).toEqual([ada.id])
	discord.clock.advance(10_000)
	expect(discord.typing(discord.general)).toEqual([])
})
