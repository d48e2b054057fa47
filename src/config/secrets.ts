import type { ModelConfig } from './model-settings.ts'
import { tokenHoldersIn } from './people.ts'
import { variables } from './variables.ts'

/** Names of variables whose values are secrets, whoever reads them: keys that the configuration file names, tokens of platforms. */
const secretName = /KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL|HEADERS$/i
/** A variable that only sounds like a secret may be a switch. */
const shortestGuessed = 8

/**
 * Everything that no log and no report may show, whatever it stands in: secrets of the environment, keys of models, and the passwords
 * in addresses, as they stand and decoded.
 */
export function secretsIn(env: Readonly<Record<string, string | undefined>>, models: ModelConfig): readonly string[] {
	const entries = Object.entries(env).map(([name, value = '']) => ({ name, value: value.trim() }))
	const named = entries.filter(({ name, value }) => isSecret(name, value))
	const endpoints = models.kind === 'configured' ? Object.values(models.settings.endpoints) : []
	const addresses = [...entries.map(({ value }) => value), ...endpoints.map(({ baseUrl }) => baseUrl)]
	const secrets = [
		...named.flatMap(({ name, value }) => [
			value,
			...headersIn(name, value),
			...tokensIn(name, value),
			...keysIn(name, value),
		]),
		...endpoints.flatMap(({ apiKey }) => (apiKey === null ? [] : [apiKey])),
		...addresses.flatMap(passwordsIn),
	]
	return [...new Set(secrets)].filter((secret) => secret !== '')
}

function isSecret(name: string, value: string): boolean {
	const known = Object.entries<{ readonly secret?: true }>(variables).find(([variable]) => variable === name)
	return known === undefined ? secretName.test(name) && value.length >= shortestGuessed : known[1].secret === true
}

/** What stands in `OTEL_EXPORTER_OTLP_HEADERS` and the like: `name=value,name=value`. */
function headersIn(name: string, value: string): readonly string[] {
	if (!/HEADERS$/i.test(name)) return []
	return value.split(',').flatMap((header) => bothForms(header.slice(header.indexOf('=') + 1).trim()))
}

function tokensIn(name: string, value: string): readonly string[] {
	return name === 'THREADWISE_TOKENS' ? tokenHoldersIn(value).map(({ token }) => token) : []
}

/** A key that was followed by a newer one is still a key. */
function keysIn(name: string, value: string): readonly string[] {
	return /KEY$/i.test(name) ? value.split(/\s*,\s*/) : []
}

function passwordsIn(address: string): readonly string[] {
	return address.includes('://') ? bothForms(URL.parse(address)?.password ?? '') : []
}

function bothForms(text: string): readonly string[] {
	try {
		return [text, decodeURIComponent(text)]
	} catch {
		return [text]
	}
}
