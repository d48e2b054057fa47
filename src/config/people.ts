/** Somebody who opens the page with a token of their own. */
export type TokenHolder = {
	/** By which feedback, budgets and settings tell them apart. */
	readonly id: string
	readonly name: string
	readonly token: string
	/** Whether they look after the page, and so after all of this Threadwise. */
	readonly isAdmin: boolean
}

const leastCharacters = 24
const mostCharacters = 500

/** Reads `name:token` and `name:token:admin`, separated by commas; for what `troubleWithTokens` finds nothing wrong with. */
export function tokenHoldersIn(text: string): readonly TokenHolder[] {
	return entriesIn(text).map(({ name, token, role }) => ({ id: name, name, token, isAdmin: role === 'admin' }))
}

/** What is wrong with a list of tokens, in words that give none of it away; null if nothing is. */
export function troubleWithTokens(text: string): string | null {
	const entries = entriesIn(text)
	for (const [index, entry] of entries.entries()) {
		const trouble = troubleWithEntry(entry) ?? troubleWithBoth(entry, entries.slice(0, index))
		if (trouble !== null) return `entry ${index + 1} ${trouble}`
	}
	return null
}

type Entry = { readonly name: string; readonly token: string; readonly role: string | null; readonly parts: number }

function entriesIn(text: string): readonly Entry[] {
	return text.split(',').map((entry) => {
		const [name = '', token = '', role = null, ...more] = entry.split(':').map((part) => part.trim())
		return { name, token, role, parts: (role === null ? 2 : 3) + more.length }
	})
}

function troubleWithEntry({ name, token, role, parts }: Entry): string | null {
	if (!/^[A-Za-z][\w-]{0,63}$/.test(name)) return 'with a name of other characters than letters, digits, - and _'
	if (parts > 3) return 'with a colon too many'
	if (!/^[\x21-\x7E]*$/.test(token)) return 'with a token of other characters than letters, digits and signs'
	if (token.length < leastCharacters) return `with a token of ${token.length} characters`
	if (token.length > mostCharacters) return 'with a token that is too long'
	return role === null || role === 'admin' ? null : 'with a role other than admin'
}

function troubleWithBoth({ name, token }: Entry, before: readonly Entry[]): string | null {
	if (before.some((other) => other.name.toLowerCase() === name.toLowerCase()))
		return 'with a name that is there already'
	return before.some((other) => other.token === token) ? 'with a token that is there already' : null
}
