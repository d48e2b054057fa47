import { slackVariables } from '../../support/platform-variables.ts'
import { type LocalSlack, startLocalSlack } from '../../support/slack/local-slack.ts'
import { openChatScene, type Store } from '../chat/scene.ts'

export type SlackScene = {
	readonly store: Store
	readonly clockSpeed: number
	/** Whether Slack takes streams there; it does if absent. */
	readonly streaming?: boolean
}

/** A local Slack with Threadwise connected to it by a socket. */
export async function openSlackScene({ store, clockSpeed, streaming = true }: SlackScene): Promise<LocalSlack> {
	await using opened = new AsyncDisposableStack()
	const slack = opened.use(await startLocalSlack({ clockSpeed, capabilities: { streaming } }))
	opened.use(await openChatScene(store, slackVariables(slack, 'socket')))
	const kept = opened.move()
	return { ...slack, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}
