/** Hides secrets in a text that others wrote, or that is about to be logged. */
export type Redact = (text: string) => string

const shortestSecret = 4

/**
 * Hides the given secrets, in plain and encoded form, and whatever looks like an API key, a credential in a header or one in an
 * address. A text that is JSON stays JSON.
 */
export function createRedactor(secrets: readonly (string | null)[]): Redact {
	const needles = secrets
		.flatMap((secret) => (secret === null || secret.length < shortestSecret ? [] : formsOf(secret)))
		.sort((left, right) => right.length - left.length)
	return (text) => {
		const hidden = needles.reduce((rest, needle) => rest.replaceAll(needle, '[secret]'), text)
		return hidden
			.replace(/\b(?:sk|xox[a-z](?:\.xox[a-z])?|xapp)-[\w*.-]{4,}/g, '[secret]')
			.replace(/\bBearer\s+[^\s"'\\]+/gi, 'Bearer [secret]')
			.replace(/\b(authorization\\?["']?\s*[:=]\s*\\?["']?(?:(?:basic|bearer)\s+)?)[^\s"'\\,]{4,}/gi, '$1[secret]')
			.replace(/\/\/[^\s/"'\\]*@/g, '//[secret]@')
	}
}

function formsOf(secret: string): readonly string[] {
	const encoded = encodeURIComponent(secret.toWellFormed())
	return [...new Set([secret, JSON.stringify(secret).slice(1, -1), encoded])]
}
