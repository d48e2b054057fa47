const segment = /^(?:\.?([A-Za-z_]\w*)|\[(\d+|\*)\])/

/** The steps of a path such as `checks[*].holds`: names, positions and `*`, which is every position; null if it is none. */
export function pathSegments(path: string): readonly string[] | null {
	const segments: string[] = []
	let rest = path
	while (rest !== '') {
		const [found = '', name, position] = segment.exec(rest) ?? []
		if (found === '') return null
		segments.push(name ?? position ?? '')
		rest = rest.slice(found.length)
	}
	return segments
}

/** What stands in a value at a path: undefined if nothing does, and a list where the path says "every". */
export function valueAt(value: unknown, segments: readonly string[]): unknown {
	const [first, ...others] = segments
	if (first === undefined) return value
	if (first === '*') return Array.isArray(value) ? value.map((item) => valueAt(item, others)) : undefined
	if (typeof value !== 'object' || value === null || !Object.hasOwn(value, first)) return undefined
	return valueAt(Reflect.get(value, first), others)
}

/** Every text, number and truth value in a value, as texts. */
export function textsIn(value: unknown): readonly string[] {
	if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(textsIn)
	return value === null || value === undefined ? [] : [String(value)]
}
