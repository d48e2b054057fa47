import type { LocalSlack } from '../../support/slack/local-slack.ts'
import type { Written } from '../../support/slack/person.ts'
import { type Meeting, names } from '../chat/mentions.ts'

/** People in so many channels of a Slack, some of them private. */
export function slackMeeting(slack: LocalSlack, channels: number): Meeting<Written> {
	const people = names.map((name) => slack.person(name))
	const members = people.map(({ id }) => id)
	return {
		people,
		channels: Array.from({ length: channels }, (_, index) =>
			slack.addChannel({ name: `team-${index + 1}`, kind: index % 4 === 3 ? 'private' : 'public', members }),
		),
		botUserId: slack.botUserId,
	}
}
