import { variables } from './variables.ts'

/** Names of variables whose values are secrets, whoever reads them: keys that the configuration file names, tokens of platforms. */
const secretName = /(?:KEY|TOKEN|SECRET|PASSWORD|HEADERS)$/
/** A variable that only sounds like a secret may be a switch. */
const shortestGuessed = 8

/** Everything in the environment that no log may show, whatever it is in: the values themselves and the passwords in addresses. */
export function secretsIn(env: Readonly<Record<string, string | undefined>>): readonly string[] {
	const secrets = Object.entries(env).flatMap(([name, value = '']) => [
		...(isSecret(name, value.trim()) ? [value.trim(), ...headersIn(name, value)] : []),
		...passwordsIn(value.trim()),
	])
	return [...new Set(secrets)]
}

function isSecret(name: string, value: string): boolean {
	const known = Object.entries<{ readonly secret?: true }>(variables).find(([variable]) => variable === name)
	if (known !== undefined) return known[1].secret === true && value !== ''
	return secretName.test(name) && value.length >= shortestGuessed
}

/** What stands in `OTEL_EXPORTER_OTLP_HEADERS` and the like: `name=value,name=value`. */
function headersIn(name: string, value: string): readonly string[] {
	if (!name.endsWith('HEADERS')) return []
	return value.split(',').flatMap((header) => {
		const text = header.slice(header.indexOf('=') + 1).trim()
		return [text, decoded(text)].filter((part) => part !== '')
	})
}

function passwordsIn(value: string): readonly string[] {
	if (!value.includes('://')) return []
	const password = URL.parse(value)?.password ?? ''
	return password === '' ? [] : [password, decoded(password)]
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text)
	} catch {
		return text
	}
}
