/** The escapes of JSON text; the group is filled by those that PostgreSQL refuses. */
const escapes = /\\(?:(u0000|ud[89a-f][\da-f]{2})|.)/g

/** Whether any of these may be in a text: hardly any has one, and looking at each escape takes long. */
const refusedEscape = /\\u(?:0000|d[89a-f])/

/**
 * The JSON of a value as PostgreSQL can keep it; of a value that JSON doesn't know, null. NUL characters and halves of surrogate
 * pairs, which people and models do write, become the character that Unicode has for this.
 */
export function storableJson(value: unknown): string {
	// Both are always written as escapes by `stringify`, which writes whole pairs as they are.
	const json: string = JSON.stringify(value) ?? 'null'
	if (!refusedEscape.test(json)) return json
	return json.replaceAll(escapes, (written, refused?: string) => (refused === undefined ? written : '\uFFFD'))
}

/** A value of JSON with every string as PostgreSQL can keep it. */
export function storable<Value>(value: Value): Value {
	return JSON.parse(storableJson(value))
}
