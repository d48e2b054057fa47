import { type ComponentChild, h } from 'preact'
import { useState } from 'preact/hooks'
import type { ConversationEntry } from '../page-view.ts'
import { icon, mark } from './icons.ts'
import { ago, strings, titleOf } from './strings.ts'

type SidebarProps = {
	readonly conversations: readonly ConversationEntry[]
	readonly threadId: string | null
	readonly hasOlder: boolean
	/** Only asked on a narrow screen, where the list lies over the conversation. */
	readonly isOpen: boolean
	readonly onOlder: () => void
	readonly onGo: (event: Event, path: string) => void
	readonly onClose: () => void
}

/** Every conversation, the newest first; those in which something goes on are marked. */
export function Sidebar(props: SidebarProps): ComponentChild {
	const { conversations, threadId, hasOlder, isOpen, onOlder, onGo, onClose } = props
	const [wanted, setWanted] = useState('')
	const found = conversations.filter((entry) => titleOf(entry).toLowerCase().includes(wanted.trim().toLowerCase()))
	return h(
		'nav',
		{
			class: isOpen ? 'sidebar open' : 'sidebar',
			id: 'sidebar',
			'aria-label': strings.conversations,
			onKeyDown: (event: KeyboardEvent) => (event.key === 'Escape' ? onClose() : undefined),
		},
		[
			h('div', { class: 'sidebar-head' }, [
				h('a', { class: 'brand', href: '/', onClick: (event: Event) => onGo(event, '/') }, [mark(), strings.product]),
				h(
					'button',
					{
						type: 'button',
						class: 'quiet-button sidebar-close',
						onClick: onClose,
						'aria-label': strings.hideConversations,
					},
					icon('close'),
				),
			]),
			h('a', { class: 'new-conversation', href: '/', onClick: (event: Event) => onGo(event, '/') }, [
				icon('plus'),
				strings.newConversation,
			]),
			conversations.length === 0
				? h('p', { class: 'sidebar-note' }, strings.noConversations)
				: h(Search, { wanted, onWant: setWanted }),
			h(
				'ul',
				{ class: 'conversation-list' },
				found.map((entry) =>
					h('li', { key: entry.conversation.threadId }, h(ConversationLink, { entry, threadId, onGo })),
				),
			),
			found.length === 0 && wanted.trim() !== ''
				? h('p', { class: 'sidebar-note' }, strings.nothingFound(wanted))
				: null,
			hasOlder
				? h('button', { type: 'button', class: 'quiet-button older', onClick: onOlder }, strings.olderConversations)
				: null,
		],
	)
}

function Search({ wanted, onWant }: { wanted: string; onWant: (wanted: string) => void }): ComponentChild {
	return h('div', { class: 'search' }, [
		icon('search'),
		h('input', {
			type: 'search',
			'aria-label': strings.searchConversations,
			placeholder: strings.searchConversations,
			value: wanted,
			onInput: (event: Event) => onWant((event.target as HTMLInputElement).value),
		}),
	])
}

type LinkProps = Pick<SidebarProps, 'threadId' | 'onGo'> & { readonly entry: ConversationEntry }

function ConversationLink({ entry, threadId, onGo }: LinkProps): ComponentChild {
	const path = `/c/${encodeURIComponent(entry.conversation.threadId)}`
	const isShown = entry.conversation.threadId === threadId
	return h(
		'a',
		{
			class: 'conversation',
			href: path,
			...(isShown ? { 'aria-current': 'page' as const } : {}),
			onClick: (event: Event) => onGo(event, path),
		},
		[
			h('span', { class: 'conversation-title', dir: 'auto' }, titleOf(entry)),
			h('span', { class: 'conversation-facts' }, [
				entry.isOpen ? h('span', { class: 'open-mark' }, strings.openMark) : null,
				h('span', null, ago(entry.lastAskedAt, new Date())),
				entry.runs > 1 ? h('span', null, strings.answers(entry.runs)) : null,
			]),
		],
	)
}
