/** Does what is known by an id, and does it once: whoever wants it again gets what came of that. */
export type Once = (id: string, act: () => Promise<void>) => Promise<void>

/**
 * As far as the newest so many are remembered. What has failed is done again where somebody wants it again, unless a failure is to be what
 * came of it.
 */
export function createOnce(mostKnown: number, afterFailure: 'again' | 'never'): Once {
	const begun = new Map<string, Promise<void>>()
	const begin: Once = (id, act) => {
		const acting = act()
		begun.set(id, acting)
		if (afterFailure === 'again') acting.catch(() => begun.delete(id))
		const [oldest] = begun.keys()
		if (begun.size > mostKnown && oldest !== undefined) begun.delete(oldest)
		return acting
	}
	return (id, act) => begun.get(id) ?? begin(id, act)
}
