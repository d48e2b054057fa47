/** The same function, which looks up only once, also when it fails: several checks look at what it finds. */
export function once<Value>(lookUp: () => Promise<Value>): () => Promise<Value> {
	let found: Promise<Value> | null = null
	return () => {
		found ??= lookUp()
		return found
	}
}
