import {
	ApplicationCommandOptionType,
	ApplicationCommandType,
	ApplicationIntegrationType,
	InteractionContextType,
	type RESTPostAPIApplicationCommandsJSONBody,
} from 'discord.js'
import { z } from 'zod'
import { effortSchema } from '../../src/core/run-preferences.ts'
import { english } from '../../src/rendering/index.ts'
import { stopCommand } from './interactions.ts'

/** Discord's limit for what is given to a command. */
const longestQuestion = 6_000

/** Wherever the bot is, and wherever somebody is who has installed it for themselves. */
const everywhere = {
	integration_types: [ApplicationIntegrationType.GuildInstall, ApplicationIntegrationType.UserInstall],
	contexts: [InteractionContextType.Guild, InteractionContextType.BotDM, InteractionContextType.PrivateChannel],
}

/** The commands of the bot, as Discord is told of them; they stand nowhere else. */
export function discordCommands(): readonly RESTPostAPIApplicationCommandsJSONBody[] {
	const { commands, stopCommand: stops, questionOption, effortOption, privateOption, thinkShortcut } = english.app
	const question = {
		type: ApplicationCommandOptionType.String,
		name: 'question',
		description: questionOption,
		required: true,
		max_length: longestQuestion,
	} as const
	const effort = {
		type: ApplicationCommandOptionType.String,
		name: 'effort',
		description: effortOption,
		choices: effortSchema.options.map((value) => ({ name: english.efforts[value], value })),
	} as const
	const isPrivate = {
		type: ApplicationCommandOptionType.Boolean,
		name: 'private',
		description: privateOption,
	} as const
	const slash = { type: ApplicationCommandType.ChatInput, ...everywhere } as const
	return [
		{ ...slash, name: 'ask', description: commands.ask, options: [question, effort, isPrivate] },
		{ ...slash, name: 'think', description: commands.think, options: [question, effort, isPrivate] },
		{ ...slash, name: 'quick', description: commands.quick, options: [question, isPrivate] },
		{ ...slash, name: stopCommand, description: stops },
		{ type: ApplicationCommandType.Message, name: thinkShortcut.name, ...everywhere },
	]
}

const choice = z.object({ name: z.string(), value: z.union([z.string(), z.number()]) })
const registered = z.object({
	type: z.number().default(ApplicationCommandType.ChatInput),
	name: z.string(),
	description: z.string().default(''),
	options: z
		.array(
			z.object({
				type: z.number(),
				name: z.string(),
				description: z.string(),
				required: z.boolean().default(false),
				max_length: z
					.number()
					.nullish()
					.transform((length) => length ?? null),
				choices: z.array(choice).default([]),
			}),
		)
		.default([]),
	integration_types: z.array(z.number()).default([]),
	contexts: z
		.array(z.number())
		.nullish()
		.transform((contexts) => contexts ?? []),
})

/** The names of the commands that Discord doesn't know as they are, or knows although they are none any more. */
export function differingCommands(known: readonly unknown[]): readonly string[] {
	const [ours, theirs] = [discordCommands(), known].map((commands) => {
		const read = commands.flatMap((command) => registered.safeParse(command).data ?? [])
		return new Map(read.map((command) => [`${command.type} ${command.name}`, command]))
	})
	const keys = new Set([...(ours?.keys() ?? []), ...(theirs?.keys() ?? [])])
	return [...keys]
		.filter((key) => JSON.stringify(ours?.get(key)) !== JSON.stringify(theirs?.get(key)))
		.map((key) => ours?.get(key)?.name ?? theirs?.get(key)?.name ?? key)
}
