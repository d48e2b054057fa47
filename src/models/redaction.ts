/** Hides secrets in text that a server wrote. */
export type Redact = (text: string) => string

const shortestSecret = 4

/** Hides the given secrets, in plain and encoded form, and whatever looks like an API key or a bearer token. */
export function createRedactor(secrets: readonly (string | null)[]): Redact {
	const needles = secrets
		.flatMap((secret) => (secret === null || secret.length < shortestSecret ? [] : formsOf(secret)))
		.sort((left, right) => right.length - left.length)
	return (text) => {
		const hidden = needles.reduce((rest, needle) => rest.replaceAll(needle, '[secret]'), text)
		return hidden.replace(/\bsk-[\w*.-]{4,}/g, '[secret]').replace(/\bBearer\s+[^\s"']+/gi, 'Bearer [secret]')
	}
}

function formsOf(secret: string): readonly string[] {
	return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret.toWellFormed())]
}
