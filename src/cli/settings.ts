import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { parse as parseYaml } from 'yaml'
import { type Config, type ConfigProblem, describeProblem, loadConfig, loadConfigPartly } from '../config/index.ts'
import { ThreadwiseError } from '../core/errors.ts'

const defaultFile = 'threadwise.yaml'

/**
 * Reads `.env`, the environment, which wins over it, and the configuration file of the current folder.
 * @throws ThreadwiseError `config` with a line for each problem.
 */
export function readSettings(environment: NodeJS.ProcessEnv = process.env, folder = '.'): Config {
	const env = environmentOf(environment, folder)
	const loaded = loadConfig(env, readConfigFile(folder, env.THREADWISE_CONFIG?.trim() ?? ''))
	if (loaded.ok) return loaded.config
	const [first, ...more] = loaded.problems.map(describeProblem)
	throw new ThreadwiseError('config', ['The configuration is wrong.', first, ...more].join('\n'), {
		fix: 'Correct what is named above in .env, the environment or threadwise.yaml.',
	})
}

/** Settings for whoever looks for what is wrong with them. */
export type InspectedSettings = {
	/** Of what is right. */
	readonly config: Config
	readonly problems: readonly ConfigProblem[]
	/** Where they come from, in words. */
	readonly sources: readonly string[]
	/** The environment with what `.env` adds. */
	readonly env: NodeJS.ProcessEnv
}

/** The same, whatever is wrong with them. Never throws. */
export function inspectSettings(environment: NodeJS.ProcessEnv = process.env, folder = '.'): InspectedSettings {
	const unreadable: ConfigProblem[] = []
	const read = <Value>(variable: string, expected: string, from: () => Value, instead: Value): Value => {
		try {
			return from()
		} catch (error) {
			const found = error instanceof Error ? error.message : String(error)
			unreadable.push({ variable, found, expected, fix: 'Correct the file, or the rights to read it.' })
			return instead
		}
	}
	const env = read('.env', 'a readable file', () => environmentOf(environment, folder), environment)
	const named = env.THREADWISE_CONFIG?.trim() ?? ''
	const file = read('configuration file', 'YAML', () => readConfigFile(folder, named), null)
	const { config, problems } = loadConfigPartly(env, file)
	const sources = [
		...(existsSync(join(folder, '.env')) ? ['.env'] : []),
		'the environment',
		...(file === null ? [] : [named === '' ? defaultFile : named]),
	]
	return { config, problems: [...unreadable, ...problems], sources, env }
}

function environmentOf(environment: NodeJS.ProcessEnv, folder: string): NodeJS.ProcessEnv {
	const dotEnv = join(folder, '.env')
	return existsSync(dotEnv) ? { ...parseEnv(readFileSync(dotEnv, 'utf8')), ...environment } : environment
}

/** A file that was named must be there; the default one needn't be. An empty variable names none. */
function readConfigFile(folder: string, named: string): unknown {
	const path = named === '' ? join(folder, defaultFile) : named
	if (named === '' && !existsSync(path)) return null
	try {
		return parseYaml(readFileSync(path, 'utf8'))
	} catch (cause) {
		const reason = cause instanceof Error ? cause.message : String(cause)
		throw new ThreadwiseError('config', `The configuration file ${path} can't be read: ${reason}`, {
			fix: 'Correct the file, or change THREADWISE_CONFIG.',
			cause,
		})
	}
}
