/** The escapes of JSON text; the group is filled by those that PostgreSQL refuses. */
const escapes = /\\(?:(u0000|ud[89a-f][\da-f]{2})|.)/g

/**
 * The JSON of a value as PostgreSQL can keep it; of a value that JSON doesn't know, null. NUL characters and halves of surrogate
 * pairs, which people and models do write, become the character that Unicode has for this.
 */
export function storableJson(value: unknown): string {
	// Both are always written as escapes by `stringify`, which writes whole pairs as they are.
	const json: string = JSON.stringify(value) ?? 'null'
	return json.replaceAll(escapes, (written, refused?: string) => (refused === undefined ? written : '\uFFFD'))
}

/** A value of JSON with every string as PostgreSQL can keep it. */
export function storable<Value>(value: Value): Value {
	return JSON.parse(storableJson(value))
}
