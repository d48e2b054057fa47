import { ThreadwiseError } from '../../../src/core/errors.ts'
import { startPractice } from '../../support/command-line.ts'
import { temporaryFolder } from '../../support/data-folder.ts'
import { startedProcess } from '../../support/running-process.ts'
import { startPostgres } from '../../support/servers.ts'
import { type LocalSlack, startLocalSlack } from '../../support/slack/local-slack.ts'

export type SlackScene = {
	/** Embedded: everything in one process. PostgreSQL: a bot and a worker that share a server. */
	readonly store: 'embedded' | 'postgres'
	readonly clockSpeed: number
	/** Whether Slack takes streams there; it does if absent. */
	readonly streaming?: boolean
}

/** A local Slack with Threadwise connected to it by a socket, and a model that takes no time. */
export async function openSlackScene({ store, clockSpeed, streaming = true }: SlackScene): Promise<LocalSlack> {
	await using opened = new AsyncDisposableStack()
	const slack = opened.use(await startLocalSlack({ clockSpeed, capabilities: { streaming } }))
	const model = opened.use(await startPractice())
	const folder = opened.use(await temporaryFolder())
	const databaseUrl = store === 'postgres' ? await serve(opened) : null
	const variables = {
		THREADWISE_DATA_DIR: folder.path,
		THREADWISE_PLAYGROUND: 'off',
		THREADWISE_CONCURRENCY: '20',
		OPENAI_BASE_URL: model.baseUrl,
		...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
	}
	const slackVariables = {
		SLACK_BOT_TOKEN: slack.botToken,
		SLACK_APP_TOKEN: slack.appToken,
		SLACK_API_URL: slack.apiUrl,
	}
	if (databaseUrl !== null) opened.use(await startedProcess('worker', variables))
	opened.use(await startedProcess(databaseUrl === null ? 'start' : 'bot', { ...variables, ...slackVariables }))
	const kept = opened.move()
	return { ...slack, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

async function serve(opened: AsyncDisposableStack): Promise<string> {
	const { address, stop } = await startPostgres(process.env)
	opened.defer(stop)
	if ('url' in address) return address.url
	throw new ThreadwiseError('config', `This benchmark needs a server that isn't here: ${address.missing}`, {
		fix: 'Then run it again.',
	})
}
