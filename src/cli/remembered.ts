/** How long what was looked up once is good enough. */
const goodForMs = 60_000

/** The same function, which looks up again only what it hasn't looked up in the last minute. A failure isn't remembered. */
export function remembered<Key, Value>(lookUp: (key: Key) => Promise<Value>): (key: Key) => Promise<Value> {
	const known = new Map<string, { readonly value: Promise<Value>; readonly until: number }>()
	return (key) => {
		const name = JSON.stringify(key)
		const kept = known.get(name)
		if (kept !== undefined && performance.now() < kept.until) return kept.value
		const value = lookUp(key)
		known.set(name, { value, until: performance.now() + goodForMs })
		value.catch(() => known.delete(name))
		return value
	}
}
