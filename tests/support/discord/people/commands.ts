import { ApplicationCommandOptionType, type ApplicationCommandType } from 'discord.js'
import { z } from 'zod'
import type { DiscordBot, DiscordCommand } from '../bots.ts'

export type OptionValue = string | number | boolean

const choiceSchema = z.object({ name: z.string(), value: z.union([z.string(), z.number()]) })
const optionSchema = z.looseObject({
	name: z.string(),
	type: z.number(),
	required: z.boolean().nullish(),
	min_length: z.number().nullish(),
	max_length: z.number().nullish(),
	choices: z.array(choiceSchema).nullish(),
})
type Option = z.infer<typeof optionSchema>
const optionsSchema = z.object({ options: z.array(optionSchema).nullish() })

/** The command that somebody finds under that name; fails if the bot has registered none. */
export function findCommand(
	{ commands, user }: DiscordBot,
	name: string,
	type: ApplicationCommandType,
	guildId: string | null,
): DiscordCommand {
	const found = commands.find(
		(each) => each.name === name && each.type === type && (each.guildId === null || each.guildId === guildId),
	)
	if (found !== undefined) return found
	const known = commands.map((each) => each.name).join(', ') || 'none'
	throw new Error(`${user.name} has registered no command ${name} of type ${type}; it has: ${known}`)
}

/** What the form of a slash command makes of values; fails where the form wouldn't be sent. */
export function optionsOf({ name, sent }: DiscordCommand, values: Readonly<Record<string, OptionValue>>) {
	const options = optionsSchema.parse(sent).options ?? []
	for (const each of options) {
		if (each.required === true && values[each.name] === undefined) throw new Error(`/${name} needs ${each.name}`)
	}
	return Object.entries(values).map(([given, value]) => {
		const option = options.find((each) => each.name === given)
		if (option === undefined) throw new Error(`/${name} has no option ${given}`)
		checkValue(option, value)
		return { name: given, type: option.type, value }
	})
}

const kinds: Readonly<Record<number, string>> = {
	[ApplicationCommandOptionType.String]: 'string',
	[ApplicationCommandOptionType.Integer]: 'number',
	[ApplicationCommandOptionType.Number]: 'number',
	[ApplicationCommandOptionType.Boolean]: 'boolean',
}

function checkValue({ name, type, choices, min_length: least, max_length: most }: Option, value: OptionValue): void {
	const kind = kinds[type]
	if (kind !== undefined && typeof value !== kind) throw new Error(`${name} takes a ${kind}`)
	if (choices?.some((each) => each.value === value) === false) throw new Error(`${name} has no choice ${value}`)
	if (typeof value !== 'string') return
	if (value.length > (most ?? 6_000) || value.length < (least ?? 0)) throw new Error(`${name} is too long or too short`)
}
