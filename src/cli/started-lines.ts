import type { Config } from '../config/index.ts'
import { setupCommand } from './practice-process.ts'

/** What a process says about itself when it has started: where things are, never a password. */
export function startedLines(title: string, { storage, http }: Config, more: readonly string[] = []): string {
	const lines = [
		title,
		`  Database  ${storage.store === 'embedded' ? `embedded, in ${storage.dataFolder}` : 'PostgreSQL server'}`,
		`  Queue     ${storage.queue === 'redis' ? 'Redis' : 'in the database'}`,
		...more,
		...(http === null ? [] : [`  Health    http://${http.host}:${http.port}/readyz`]),
	]
	return `${lines.join('\n')}\n`
}

/** Which models answer. */
export function modelLine({ models }: Config): string {
	const model =
		models.kind === 'practice'
			? `practice model (connect a real one: ${setupCommand})`
			: Object.entries(models.settings.aliases)
					.map(([alias, { model: name }]) => `${alias} = ${name}`)
					.join(', ')
	return `  Model     ${model}`
}
