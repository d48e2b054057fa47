import { MessageFlags, Routes } from 'discord.js'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { codeOf, openDiscord } from './bots-at-work.ts'

const second = MessageFlags.IsComponentsV2
const text = (content: string) => ({ type: 10, content })
const button = (customId: string, more: object = {}) => ({
	type: 2,
	style: 1,
	label: 'Go',
	custom_id: customId,
	...more,
})
const row = (...components: readonly object[]) => ({ type: 1, components })
const option = (value: string, more: object = {}) => ({ label: value, value, ...more })
const many = <Item>(count: number, make: (index: number) => Item) =>
	Array.from({ length: count }, (_, index) => make(index))
const menu = (options: readonly object[], more: object = {}) => row({ type: 3, custom_id: 'menu', options, ...more })
const components = (...those: readonly object[]) => ({ flags: second, components: those })

/** What is just allowed and what is just not. */
const limits = [
	{ what: '2,000 characters', allowed: { content: 'x'.repeat(2_000) }, refused: { content: 'x'.repeat(2_001) } },
	{
		what: 'an embed title of 256 characters',
		allowed: { embeds: [{ title: 'x'.repeat(256) }] },
		refused: { embeds: [{ title: 'x'.repeat(257) }] },
	},
	{
		what: 'an embed description of 4,096 characters',
		allowed: { embeds: [{ description: 'x'.repeat(4_096) }] },
		refused: { embeds: [{ description: 'x'.repeat(4_097) }] },
	},
	{
		what: '25 fields of an embed',
		allowed: { embeds: [{ fields: many(25, () => ({ name: 'n', value: 'v' })) }] },
		refused: { embeds: [{ fields: many(26, () => ({ name: 'n', value: 'v' })) }] },
	},
	{
		what: '6,000 characters in all embeds',
		allowed: { embeds: many(2, () => ({ description: 'x'.repeat(3_000) })) },
		refused: { embeds: [...many(2, () => ({ description: 'x'.repeat(3_000) })), { title: 'x' }] },
	},
	{
		what: 'ten embeds',
		allowed: { embeds: many(10, () => ({ title: 'x' })) },
		refused: { embeds: many(11, () => ({ title: 'x' })) },
	},
	{
		what: 'five rows without the second version of components',
		allowed: { content: 'x', components: many(5, (index) => row(button(`b${index}`))) },
		refused: { content: 'x', components: many(6, (index) => row(button(`b${index}`))) },
	},
	{
		what: 'five buttons in a row',
		allowed: components(row(...many(5, (index) => button(`b${index}`)))),
		refused: components(row(...many(6, (index) => button(`b${index}`)))),
	},
	{
		what: 'a custom id of 100 characters',
		allowed: components(row(button('x'.repeat(100)))),
		refused: components(row(button('x'.repeat(101)))),
	},
	{
		what: 'a label of 80 characters',
		allowed: components(row(button('a', { label: 'x'.repeat(80) }))),
		refused: components(row(button('a', { label: 'x'.repeat(81) }))),
	},
	{
		what: 'custom ids of which no two are the same',
		allowed: components(row(button('a'), button('b'))),
		refused: components(row(button('a')), { type: 17, components: [row(button('a'))] }),
	},
	{
		what: '40 components, with nested ones',
		allowed: components({ type: 17, components: many(39, () => text('x')) }),
		refused: components({ type: 17, components: many(39, () => text('x')) }, { type: 14 }),
	},
	{
		what: '4,000 characters of text in all components',
		allowed: components(text('x'.repeat(2_000)), { type: 17, components: [text('x'.repeat(2_000))] }),
		refused: components(text('x'.repeat(2_000)), { type: 17, components: [text('x'.repeat(2_001))] }),
	},
	{
		what: 'text that is not empty',
		allowed: components(text('x')),
		refused: components(text('')),
	},
	{
		what: 'three texts in a section',
		allowed: components({ type: 9, components: many(3, () => text('x')), accessory: button('a') }),
		refused: components({ type: 9, components: many(4, () => text('x')), accessory: button('a') }),
	},
	{
		what: '25 options of a menu',
		allowed: components(menu(many(25, (index) => option(`o${index}`)))),
		refused: components(menu(many(26, (index) => option(`o${index}`)))),
	},
	{
		what: 'options of which no two are the same',
		allowed: components(menu([option('a'), option('b')])),
		refused: components(menu([option('a'), option('a')])),
	},
	{
		what: 'as many chosen options as can be',
		allowed: components(menu([option('a', { default: true }), option('b')])),
		refused: components(menu([option('a', { default: true }), option('b', { default: true })])),
	},
	{
		what: 'a menu in a row of its own',
		allowed: components(menu([option('a')]), row(button('b'))),
		refused: components(row({ type: 3, custom_id: 'menu', options: [option('a')] }, button('b'))),
	},
	{
		what: 'a link with an address and without a custom id',
		allowed: components(row({ type: 2, style: 5, label: 'Docs', url: 'https://example.com' })),
		refused: components(row({ type: 2, style: 5, label: 'Docs', custom_id: 'docs' })),
	},
	{
		what: 'a label or an emoji on a button',
		allowed: components(row({ type: 2, style: 1, custom_id: 'a', emoji: { name: '👍' } })),
		refused: components(row({ type: 2, style: 1, custom_id: 'a' })),
	},
	{
		what: 'the flag with components of the second version',
		allowed: components(text('x')),
		refused: { components: [text('x')] },
	},
	{
		what: 'no content with components of the second version',
		allowed: components(text('x')),
		refused: { ...components(text('x')), content: 'x' },
	},
	{
		what: 'no embeds with components of the second version',
		allowed: components(text('x')),
		refused: { ...components(text('x')), embeds: [{ title: 'x' }] },
	},
	{
		what: 'no files that are not there',
		allowed: components(text('x')),
		refused: components({ type: 13, file: { url: 'attachment://answer.md' } }),
	},
	{
		what: 'flags that can be set',
		allowed: { content: 'x', flags: MessageFlags.SuppressEmbeds },
		refused: { content: 'x', flags: MessageFlags.Ephemeral },
	},
	{
		what: 'either all people or those who are named',
		allowed: { content: 'x', allowed_mentions: { parse: ['roles'], users: ['1'] } },
		refused: { content: 'x', allowed_mentions: { parse: ['users'], users: ['1'] } },
	},
]

test.for(limits)('a message takes $what', async ({ allowed, refused }) => {
	const { discord, rest } = await openDiscord()
	const post = (body: object) => codeOf(rest.post(Routes.channelMessages(discord.general), { body }))
	expect([await post(allowed), await post(refused)]).toEqual(['ok', 50035])
})

const identified = z.looseObject({ id: z.string() })

describe('the second version of components', () => {
	const openMessage = async (body: object) => {
		const { discord, rest } = await openDiscord()
		const { id } = identified.parse(await rest.post(Routes.channelMessages(discord.general), { body }))
		return (change: object) => codeOf(rest.patch(Routes.channelMessage(discord.general, id), { body: change }))
	}

	test('is never taken back', async () => {
		const edit = await openMessage(components(text('x')))
		expect(await edit({ flags: 0, components: [], content: 'x' })).toBe(50035)
		expect(await edit({ content: 'x' })).toBe(50035)
		expect(await edit({ components: [text('y')] })).toBe('ok')
	})

	test('comes by an edit only where content and embeds are reset', async () => {
		const edit = await openMessage({ content: 'x', embeds: [{ title: 'x' }] })
		expect(await edit(components(text('y')))).toBe(50035)
		expect(await edit({ ...components(text('y')), content: null })).toBe(50035)
		expect(await edit({ ...components(text('y')), content: null, embeds: [] })).toBe('ok')
	})
})
