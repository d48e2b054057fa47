import { MessageFlags, Routes } from 'discord.js'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { openDiscord } from './bots-at-work.ts'

const identified = z.looseObject({ id: z.string() })

async function openChannel() {
	const { discord, rest, ada } = await openDiscord()
	const everybody = `${ada.mention} <@&77> @everyone @here`
	const post = async (body: object) => {
		const { id } = identified.parse(await rest.post(Routes.channelMessages(discord.general), { body }))
		const edit = (change: object) => rest.patch(Routes.channelMessage(discord.general, id), { body: change })
		const pinged = () => [...(discord.message(discord.general, id)?.pinged ?? [])]
		return { edit, pinged }
	}
	return { discord, rest, ada, everybody, post }
}

test('without a word on what is allowed everybody who is mentioned is notified', async () => {
	const { ada, everybody, post } = await openChannel()
	expect((await post({ content: everybody })).pinged()).toEqual([ada.id, '&77', '@everyone', '@here'])
})

test('nobody is notified where nothing is allowed, and otherwise who is named', async () => {
	const { ada, everybody, post } = await openChannel()
	expect((await post({ content: everybody, allowed_mentions: { parse: [] } })).pinged()).toEqual([])
	expect((await post({ content: everybody, allowed_mentions: { users: [ada.id] } })).pinged()).toEqual([ada.id])
	expect((await post({ content: everybody, allowed_mentions: { parse: ['roles'] } })).pinged()).toEqual(['&77'])
})

test('an edit that does not say what is allowed notifies', async () => {
	const { ada, post } = await openChannel()
	const message = await post({ content: 'hello', allowed_mentions: { parse: [] } })
	await message.edit({ content: ada.mention, allowed_mentions: { parse: [] } })
	expect(message.pinged()).toEqual([])
	await message.edit({ flags: 0 })
	expect(message.pinged()).toEqual([ada.id])
})

test('components notify as content does', async () => {
	const { ada, everybody, post } = await openChannel()
	const components = [{ type: 17, components: [{ type: 10, content: everybody }] }]
	const message = await post({ flags: MessageFlags.IsComponentsV2, components })
	expect(message.pinged()).toEqual([ada.id, '&77', '@everyone', '@here'])
})

test('a reply notifies whom it answers unless it says otherwise', async () => {
	const { discord, ada, post } = await openChannel()
	const message_reference = { message_id: ada.post(discord.general, 'why?').id }
	expect((await post({ content: 'because', message_reference })).pinged()).toEqual([ada.id])
	const quiet = { content: 'because', message_reference, allowed_mentions: { parse: [], replied_user: false } }
	expect((await post(quiet)).pinged()).toEqual([])
})
