import type { Identifiers } from './identifiers.ts'

export type ChannelKind = 'public' | 'private' | 'im' | 'mpim'

export type SlackChannel = {
	readonly id: string
	readonly name: string
	readonly kind: ChannelKind
	readonly members: Set<string>
	isArchived: boolean
}

/** How events and scopes call the kinds of channels. */
export const wordsOf = {
	public: { type: 'channel', scope: 'channels', event: 'message.channels', prefix: 'C' },
	private: { type: 'group', scope: 'groups', event: 'message.groups', prefix: 'C' },
	im: { type: 'im', scope: 'im', event: 'message.im', prefix: 'D' },
	mpim: { type: 'mpim', scope: 'mpim', event: 'message.mpim', prefix: 'C' },
} as const

export type Channels = {
	add(name: string, kind: ChannelKind, members: readonly string[]): SlackChannel
	find(id: string): SlackChannel | null
	/** The direct conversation of exactly these people; opened if there is none. */
	direct(members: readonly string[]): { readonly channel: SlackChannel; readonly wasOpen: boolean }
	named(name: string): SlackChannel | null
}

export function createChannels(identifiers: Identifiers): Channels {
	const all = new Map<string, SlackChannel>()
	const add: Channels['add'] = (name, kind, members) => {
		const id = identifiers.next(wordsOf[kind].prefix)
		const channel: SlackChannel = { id, name, kind, members: new Set(members), isArchived: false }
		all.set(id, channel)
		return channel
	}
	return {
		add,
		find: (id) => all.get(id) ?? null,
		direct: (members) => {
			const kind = members.length === 2 ? 'im' : 'mpim'
			const existing = all
				.values()
				.find(
					(each) =>
						each.kind === kind && each.members.size === members.length && members.every((id) => each.members.has(id)),
				)
			if (existing !== undefined) return { channel: existing, wasOpen: true }
			return { channel: add(kind === 'im' ? '' : `mpdm-${members.join('--')}`, kind, members), wasOpen: false }
		},
		named: (name) => all.values().find((each) => each.name === name) ?? null,
	}
}
