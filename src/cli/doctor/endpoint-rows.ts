import { type Finding, notChecked, ok, problem } from '../../core/check.ts'
import { counted } from '../../core/counted.ts'
import type { ErrorCode } from '../../core/errors.ts'
import type { ModelList } from '../../models/index.ts'

/** One model server, as the doctor sees it. */
export type ServerToCheck = {
	/** `default` is what OPENAI_API_KEY and OPENAI_BASE_URL say. */
	readonly name: string
	readonly baseUrl: string
	readonly hasKey: boolean
}

/** What a server is called in what people read. */
export function addressOf(baseUrl: string): string {
	const { host, pathname } = new URL(baseUrl)
	return `${host}${pathname.replace(/\/$/, '')}`
}

export function baseUrlSetting(name: string): string {
	return name === 'default' ? 'OPENAI_BASE_URL' : `endpoints.${name}.baseUrl in the configuration file`
}

/** Whether anything else can be said about what this server has. */
export function isReached(list: ModelList): boolean {
	return list.kind !== 'unreachable' && list.kind !== 'silent' && list.kind !== 'web-page'
}

/** `better` is an address under which a list was found instead. */
export function addressFinding({ name, baseUrl }: ServerToCheck, list: ModelList, better: string | null): Finding {
	const where = addressOf(baseUrl)
	const setting = baseUrlSetting(name)
	if (better !== null) return problem(`${where} is not where the API begins.`, `Set ${setting} to ${better}`)
	if (list.kind === 'unreachable')
		return problem(`${where} can't be reached (${list.cause}).`, reachFix(list.cause, setting))
	if (list.kind === 'silent') {
		return problem(
			`${where} does not answer.`,
			`Check that the server is well and not busy, and that ${setting} is right.`,
		)
	}
	if (list.kind === 'web-page') {
		return problem(
			`${where} answers with a web page instead of an API.`,
			`Correct ${setting}: it ends where the API begins, often with /v1.`,
		)
	}
	if (list.kind === 'failing') {
		const words = list.words === '' ? '' : `: ${list.words}`
		return problem(
			`${where} fails with status ${list.status}${words}.`,
			'Look into the log of that server, or try later.',
		)
	}
	return ok(
		list.kind === 'models' ? `${where} answers and lists ${counted(list.names.length, 'model')}` : `${where} answers`,
	)
}

function reachFix(cause: string, setting: string): string {
	if (cause === 'ECONNREFUSED') return `Start the model server (for Ollama: ollama serve), or correct ${setting}.`
	if (cause === 'ENOTFOUND' || cause === 'EAI_AGAIN') return `Correct the host in ${setting}: nothing has this name.`
	if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(cause)) {
		return 'Name the certificate authority of the server in NODE_EXTRA_CA_CERTS.'
	}
	return `Check the network and a firewall in between, and ${setting}.`
}

/** What came of the small requests to the models of one server. */
export type Outcome = 'answered' | ErrorCode

export function keyFinding({ name, hasKey }: ServerToCheck, list: ModelList, outcomes: readonly Outcome[]): Finding {
	const setting = name === 'default' ? 'OPENAI_API_KEY' : `the key of the endpoint ${name} (apiKeyVariable)`
	if (outcomes.includes('answered')) return ok(hasKey ? 'accepted' : 'none needed')
	if (!isReached(list)) return notChecked('the endpoint is not reached')
	if (list.kind === 'refused' || outcomes.includes('model-auth')) {
		return hasKey
			? problem(
					'The server does not accept the key.',
					`Check ${setting}: copy it again, and that it belongs to this server.`,
				)
			: problem('The server asks for a key, and none is set.', `Set ${setting}.`)
	}
	return list.kind === 'models' ? ok(hasKey ? 'accepted' : 'none needed') : notChecked('no request got through')
}
