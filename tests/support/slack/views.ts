import type { Identifiers } from './identifiers.ts'
import { SlackRefusal } from './refusal.ts'
import type { ViewContent } from './schemas/views.ts'

const maximumDepth = 3

/** A modal or a home tab, as one person has it open. */
export type SlackView = {
	readonly id: string
	readonly userId: string
	readonly rootId: string
	readonly previousId: string | null
	content: ViewContent
	hash: string
	isOpen: boolean
	/** Everything that it has shown, oldest first. */
	readonly versions: ViewContent[]
}

export type Views = {
	/** Opens a modal on top of the person's others, or as the first one. */
	open(userId: string, content: ViewContent, onTop: boolean): SlackView
	update(view: SlackView, content: ViewContent, hash: string | undefined): SlackView
	publish(userId: string, content: ViewContent, hash: string | undefined): SlackView
	/** Closes a modal, or all that the person has open. */
	close(view: SlackView, all: boolean): void
	find(id: string | undefined, externalId: string | undefined): SlackView | null
	/** A person's open modals, the topmost last. */
	openOf(userId: string): readonly SlackView[]
	homeOf(userId: string): SlackView | null
	/** Every view there ever was. */
	all(): readonly SlackView[]
}

export function createViews(identifiers: Identifiers): Views {
	const views: SlackView[] = []
	const openOf = (userId: string) =>
		views.filter((each) => each.userId === userId && each.isOpen && each.content.type === 'modal')
	const homeOf = (userId: string) =>
		views.find((each) => each.userId === userId && each.content.type === 'home') ?? null
	const add = (userId: string, content: ViewContent, below: SlackView | undefined): SlackView => {
		const id = identifiers.next('V')
		const view: SlackView = {
			id,
			userId,
			rootId: below?.rootId ?? id,
			previousId: below?.id ?? null,
			content,
			hash: identifiers.next('hash.'),
			isOpen: true,
			versions: [content],
		}
		views.push(view)
		return view
	}
	const update: Views['update'] = (view, content, hash) => {
		if (hash !== undefined && hash !== view.hash) throw new SlackRefusal('hash_conflict')
		view.content = content
		view.hash = identifiers.next('hash.')
		view.versions.push(content)
		return view
	}
	return {
		open: (userId, content, onTop) => {
			const open = openOf(userId)
			if (onTop && open.length >= maximumDepth) throw new SlackRefusal('push_limit_reached')
			if (!onTop) for (const each of open) each.isOpen = false
			return add(userId, content, onTop ? open.at(-1) : undefined)
		},
		update,
		publish: (userId, content, hash) => {
			const home = homeOf(userId)
			return home === null ? add(userId, content, undefined) : update(home, content, hash)
		},
		close: (view, all) => {
			for (const each of all ? openOf(view.userId) : [view]) each.isOpen = false
		},
		find: (id, externalId) =>
			views.find(
				(each) => each.isOpen && (id === undefined ? each.content.external_id === externalId : each.id === id),
			) ?? null,
		openOf,
		homeOf,
		all: () => views,
	}
}
