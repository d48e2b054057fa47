import { problemWith } from '../../config/index.ts'
import { endOfSecret } from './endpoint.ts'
import { type EnvChanges, settingOf } from './env-text.ts'
import type { Prompter } from './prompter.ts'
import { askWish, type Wish } from './wish.ts'

export type DiscordQuestions = {
	readonly prompter: Prompter
	/** The variables that are set now. */
	readonly current: Readonly<Record<string, string | undefined>>
}

const tokenQuestion = 'The token of the bot (Bot, Reset Token)'
const portal = 'https://discord.com/developers/applications'

/** Whether Discord is wanted. */
export function wantsDiscord({ prompter, current }: DiscordQuestions): Promise<Wish> {
	const isSet = settingOf(current, 'DISCORD_BOT_TOKEN') !== null
	return askWish(prompter, {
		title: 'Discord',
		isSet,
		takes: 'takes five minutes, and the right to add bots to a server',
	})
}

export const withoutDiscord: EnvChanges = { DISCORD_BOT_TOKEN: null }

/** Asks for the token of the bot, with the way to it. Returns the variables that say so. */
export async function askDiscord({ prompter, current }: DiscordQuestions): Promise<EnvChanges> {
	const known = settingOf(current, 'DISCORD_BOT_TOKEN')
	if (known === null) {
		prompter.say(
			[
				'Open the address below, and choose New Application.',
				'On its page Bot, turn Message Content Intent on, and copy the token (Reset Token).',
				'docs/discord.md shows each step.',
			].join('\n'),
		)
		prompter.show(portal)
	} else {
		const options = [
			{ value: 'keep', label: `Keep ${endOfSecret(known)}` },
			{ value: 'new', label: 'Enter another one' },
		] as const
		if ((await prompter.choose({ message: tokenQuestion, options })) === 'keep') return { DISCORD_BOT_TOKEN: known }
	}
	return { DISCORD_BOT_TOKEN: await prompter.askSecret({ message: tokenQuestion, check: wrongWith }) }
}

function wrongWith(answer: string): string | null {
	if (answer === '') return 'Without it, Discord can not be connected. Ctrl-C leaves; what is written so far stays.'
	const problem = problemWith('DISCORD_BOT_TOKEN', answer)
	return problem === null ? null : `Found ${problem.found}; expected ${problem.expected}. ${problem.fix}`
}
