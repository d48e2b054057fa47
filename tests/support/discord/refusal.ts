/** What Discord refuses, by what it says: HTTP status, code, message. */
const refusals = {
	unauthorized: [401, 0, '401: Unauthorized'],
	notFound: [404, 0, '404: Not Found'],
	methodNotAllowed: [405, 0, '405: Method Not Allowed'],
	unknownApplication: [404, 10002, 'Unknown Application'],
	unknownChannel: [404, 10003, 'Unknown Channel'],
	unknownGuild: [404, 10004, 'Unknown Guild'],
	unknownMember: [404, 10007, 'Unknown Member'],
	unknownMessage: [404, 10008, 'Unknown Message'],
	unknownUser: [404, 10013, 'Unknown User'],
	unknownWebhook: [404, 10015, 'Unknown Webhook'],
	unknownInteraction: [404, 10062, 'Unknown interaction'],
	tooManyReactions: [400, 30010, 'Maximum number of reactions reached (20)'],
	tooManyOldEdits: [429, 30046, 'Maximum number of edits to messages older than 1 hour reached. Try again later.'],
	requestTooLarge: [413, 40005, 'Request entity too large'],
	alreadyAcknowledged: [400, 40060, 'Interaction has already been acknowledged.'],
	tooManyFollowUps: [400, 40094, 'This interaction has reached the maximum number of follow up messages.'],
	missingAccess: [403, 50001, 'Missing Access'],
	cannotEditOthers: [403, 50005, 'Cannot edit a message authored by another user'],
	emptyMessage: [400, 50006, 'Cannot send an empty message'],
	cannotMessageUser: [403, 50007, 'Cannot send messages to this user'],
	missingPermissions: [403, 50013, 'Missing Permissions'],
	wrongChannelType: [400, 50024, 'Cannot execute action on this channel type'],
	invalidWebhookToken: [401, 50027, 'Invalid Webhook Token'],
	invalidForm: [400, 50035, 'Invalid Form Body'],
	threadArchived: [400, 50083, 'Thread is archived'],
	replyWithoutHistory: [400, 160002, 'Cannot reply without permission to read message history'],
	threadExists: [400, 160004, 'A thread has already been created for this message'],
	threadLocked: [400, 160005, 'Thread is locked'],
	tooManyThreads: [400, 160006, 'Maximum number of active threads reached'],
	blockedByAutoMod: [400, 200000, 'Message was blocked by automatic moderation'],
	titleBlockedByAutoMod: [400, 200001, 'Title was blocked by automatic moderation'],
} as const

export type RefusalName = keyof typeof refusals

/** What Discord answers instead of doing something. */
export class DiscordRefusal extends Error {
	readonly status: number
	readonly code: number
	/** Which fields of the request are wrong, and why; null where Discord doesn't say. */
	readonly errors: unknown
	/** Seconds to wait; null where waiting doesn't help. */
	readonly retryAfter: number | null

	constructor(name: RefusalName, errors: unknown = null, retryAfter: number | null = null) {
		const [status, code, message] = refusals[name]
		super(message)
		this.status = status
		this.code = code
		this.errors = errors
		this.retryAfter = retryAfter
	}
}

/** Refuses a form for one of its fields, which is named by its path, such as `data.content`. */
export function wrongField(path: string, code: string, message: string): DiscordRefusal {
	const leaf: unknown = { _errors: [{ code, message }] }
	const errors = path
		.split('.')
		.filter(Boolean)
		.reduceRight((inner, part) => ({ [part]: inner }), leaf)
	return new DiscordRefusal('invalidForm', errors)
}
