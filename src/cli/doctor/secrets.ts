import type { Config } from '../../config/index.ts'

/** Variables whose values nobody may see, whatever they hold. */
const secretNames = /KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL/i
const addressNames = /URL$/i

/** Every secret that a row could quote: keys, tokens, and the passwords in addresses, as they stand and decoded. */
export function secretsOf(env: NodeJS.ProcessEnv, { models }: Config): readonly string[] {
	const entries = Object.entries(env).flatMap(([name, value = '']) => [{ name, value: value.trim() }])
	const named = entries.filter(({ name }) => secretNames.test(name)).map(({ value }) => value)
	const addresses = entries.filter(({ name }) => addressNames.test(name)).map(({ value }) => value)
	const endpoints = models.kind === 'configured' ? Object.values(models.settings.endpoints) : []
	const keys = endpoints.flatMap(({ apiKey }) => (apiKey === null ? [] : [apiKey]))
	const passwords = [...addresses, ...endpoints.map(({ baseUrl }) => baseUrl)].flatMap(passwordsIn)
	return [...named, ...keys, ...passwords].filter((secret) => secret !== '')
}

function passwordsIn(address: string): readonly string[] {
	const password = URL.parse(address)?.password ?? ''
	return password === '' ? [] : [password, decoded(password)]
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text)
	} catch {
		return text
	}
}
