import { existsSync, readFileSync } from 'node:fs'
import { parse as parseYaml } from 'yaml'
import { type Config, describeProblem, loadConfig } from '../config/index.ts'
import { ThreadwiseError } from '../core/errors.ts'

const defaultFile = 'threadwise.yaml'

/**
 * Reads `.env`, the environment and the configuration file of the current folder.
 * @throws ThreadwiseError `config` with a line for each problem.
 */
export function readSettings(): Config {
	if (existsSync('.env')) process.loadEnvFile('.env')
	const loaded = loadConfig(process.env, readConfigFile(process.env.THREADWISE_CONFIG))
	if (loaded.ok) return loaded.config
	const [first, ...more] = loaded.problems.map(describeProblem)
	throw new ThreadwiseError('config', ['The configuration is wrong.', first, ...more].join('\n'), {
		fix: 'Correct what is named above in .env, the environment or threadwise.yaml.',
	})
}

function readConfigFile(named: string | undefined): unknown {
	const path = named?.trim() || defaultFile
	if (named === undefined && !existsSync(path)) return null
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
