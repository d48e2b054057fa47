import type { Option, Prompter } from './prompter.ts'

/** What is to become of a platform's connection. */
export type Wish = 'stay' | 'connect' | 'disconnect'

export type WishQuestion = {
	/** What people call the platform. */
	readonly title: string
	readonly isSet: boolean
	/** What connecting it takes. */
	readonly takes: string
}

const connected: readonly Option<Wish>[] = [
	{ value: 'stay', label: 'Leave it as it is' },
	{ value: 'connect', label: 'Change it' },
	{ value: 'disconnect', label: 'Disconnect it' },
]

/** Asks whether a platform is wanted. */
export function askWish(prompter: Prompter, { title, isSet, takes }: WishQuestion): Promise<Wish> {
	const unconnected: readonly Option<Wish>[] = [
		{ value: 'stay', label: 'Not now' },
		{ value: 'connect', label: 'Yes', hint: takes },
	]
	return prompter.choose({
		message: isSet ? `${title} is set up. And now?` : `Connect ${title}?`,
		options: isSet ? connected : unconnected,
		initial: 'stay',
	})
}
