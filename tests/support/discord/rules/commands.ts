import { ApplicationCommandType } from 'discord.js'
import { wrongField } from '../refusal.ts'
import type { CommandBody } from '../wire.ts'

const slashName = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u
const maximumSlashCommands = 100
const maximumMenuCommands = 15

/** What Discord demands of commands besides what their schema says. */
export function checkCommands(commands: readonly CommandBody[]): void {
	for (const type of [ApplicationCommandType.ChatInput, ApplicationCommandType.User, ApplicationCommandType.Message]) {
		const ofType = commands.filter((each) => typeOf(each) === type)
		const most = type === ApplicationCommandType.ChatInput ? maximumSlashCommands : maximumMenuCommands
		if (ofType.length > most) throw wrongField('', 'BASE_TYPE_MAX_LENGTH', `Must be ${most} or fewer in length.`)
		const names = ofType.map(({ name }) => name)
		if (new Set(names).size !== names.length) {
			throw wrongField('', 'APPLICATION_COMMANDS_DUPLICATE_NAME', 'Application command names must be unique')
		}
	}
	for (const [index, each] of commands.entries()) checkCommand(each, String(index))
}

function typeOf({ type }: CommandBody): number {
	return type ?? ApplicationCommandType.ChatInput
}

function checkCommand(command: CommandBody, path: string): void {
	const { name, description, options } = command
	if (typeOf(command) === ApplicationCommandType.ChatInput) {
		checkName(name, path)
		if ((description ?? '') === '') throw wrongField(`${path}.description`, 'BASE_TYPE_REQUIRED', 'It is required.')
	} else if ((description ?? '') !== '' || (options ?? []).length > 0) {
		throw wrongField(path, 'APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION', 'A menu has no description and no options.')
	}
	checkOptions(options ?? [], path)
}

function checkName(name: string, path: string): void {
	if (slashName.test(name) && name === name.toLowerCase()) return
	throw wrongField(`${path}.name`, 'APPLICATION_COMMAND_INVALID_NAME', 'Command name is invalid')
}

function checkOptions(options: NonNullable<CommandBody['options']>, path: string): void {
	for (const { name } of options) checkName(name, `${path}.options`)
	const names = options.map(({ name }) => name)
	if (new Set(names).size !== names.length) {
		throw wrongField(`${path}.options`, 'APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATE', 'Option names must be unique')
	}
	const firstOptional = options.findIndex(({ required }) => required !== true)
	if (firstOptional >= 0 && options.slice(firstOptional).some(({ required }) => required === true)) {
		throw wrongField(
			`${path}.options`,
			'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID',
			'Required options must be placed before non-required options',
		)
	}
}
