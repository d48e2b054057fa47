import type { Readable, Writable } from 'node:stream'
import {
	autocomplete,
	confirm,
	intro,
	isCancel,
	log,
	outro,
	password,
	select,
	text,
	updateSettings,
} from '@clack/prompts'
import { type Option, type Prompter, setupLeft } from './prompter.ts'

/** Lists that are longer than this are searched by typing. */
const longestList = 12
const shownAtOnce = 10
const endOfInput = '\u0004'

/** Asks in a terminal. Ctrl-C, Escape, Ctrl-D and the end of the input leave. */
export function createClackPrompter(input: Readable, output: Writable): Prompter {
	updateSettings({ aliases: { [endOfInput]: 'cancel' } })
	const ended = new AbortController()
	input.once('end', () => ended.abort())
	const common = { input, output, signal: ended.signal }
	const validated = (check: ((answer: string) => string | null) | undefined) => ({
		validate: (answer: string | undefined) => check?.(answer?.trim() ?? '') ?? undefined,
	})
	return {
		begin: (title) => intro(title, { output }),
		choose: async ({ message, options, initial }) => {
			const plain = { ...common, message, options: options.map(toClack), maxItems: shownAtOnce }
			const question = initial === undefined ? plain : { ...plain, initialValue: String(initial) }
			const value = answered(await (options.length > longestList ? autocomplete(question) : select(question)))
			const chosen = options.find((option) => option.value === value)
			if (chosen === undefined) throw setupLeft()
			return chosen.value
		},
		ask: async ({ message, initial, placeholder, check }) => {
			const shown = {
				...(initial === undefined ? {} : { initialValue: initial }),
				...(placeholder === undefined ? {} : { placeholder }),
			}
			return typed(await text({ ...common, message, ...shown, ...validated(check) }))
		},
		askSecret: async ({ message, check }) => {
			return typed(await password({ ...common, message, ...validated(check) }))
		},
		confirm: async (message) => answered(await confirm({ ...common, message })),
		// A frame around it would be copied as well.
		show: (words) => void output.write(`${words}\n`),
		say: (words) => log.message(words, { output }),
		warn: (words) => log.warn(words, { output }),
		end: (words) => outro(words, { output }),
	}
}

function toClack({ value, label, hint }: Option<string>) {
	return hint === undefined ? { value, label } : { value, label, hint }
}

/** Where nothing is typed, there is no text at all. */
function typed(answer: string | symbol | undefined): string {
	return (answered(answer) ?? '').trim()
}

function answered<Answer>(answer: Answer): Exclude<Answer, symbol> {
	if (isCancel(answer)) throw setupLeft()
	return answer as Exclude<Answer, symbol>
}
