import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { parse as parseYaml } from 'yaml'
import { type Config, describeProblem, loadConfig } from '../config/index.ts'
import { ThreadwiseError } from '../core/errors.ts'

const defaultFile = 'threadwise.yaml'

/**
 * Reads `.env`, the environment, which wins over it, and the configuration file of the current folder.
 * @throws ThreadwiseError `config` with a line for each problem.
 */
export function readSettings(environment: NodeJS.ProcessEnv = process.env, folder = '.'): Config {
	const dotEnv = join(folder, '.env')
	const env = existsSync(dotEnv) ? { ...parseEnv(readFileSync(dotEnv, 'utf8')), ...environment } : environment
	const loaded = loadConfig(env, readConfigFile(folder, env.THREADWISE_CONFIG?.trim() ?? ''))
	if (loaded.ok) return loaded.config
	const [first, ...more] = loaded.problems.map(describeProblem)
	throw new ThreadwiseError('config', ['The configuration is wrong.', first, ...more].join('\n'), {
		fix: 'Correct what is named above in .env, the environment or threadwise.yaml.',
	})
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
