import { viewPayload } from '../payloads.ts'
import { SlackRefusal } from '../refusal.ts'
import { openViewSchema, publishViewSchema, updateViewSchema } from '../schemas/views.ts'
import { defineMethod, type Method } from './method.ts'

export const viewMethods: Readonly<Record<string, Method>> = {
	'views.open': defineMethod({
		tier: 4,
		schema: openViewSchema,
		run: ({ trigger_id, view }, workspace) => {
			const userId = workspace.triggers.use(trigger_id)
			return { view: viewPayload(workspace, workspace.views.open(userId, view, false)) }
		},
	}),
	'views.push': defineMethod({
		tier: 4,
		schema: openViewSchema,
		run: ({ trigger_id, view }, workspace) => {
			const userId = workspace.triggers.use(trigger_id)
			if (workspace.views.openOf(userId).length === 0) throw new SlackRefusal('not_found')
			return { view: viewPayload(workspace, workspace.views.open(userId, view, true)) }
		},
	}),
	'views.update': defineMethod({
		tier: 4,
		schema: updateViewSchema,
		run: ({ view_id, external_id, hash, view }, workspace) => {
			const existing = workspace.views.find(view_id, external_id)
			if (existing === null || existing.content.type !== view.type) throw new SlackRefusal('not_found')
			return { view: viewPayload(workspace, workspace.views.update(existing, view, hash)) }
		},
	}),
	'views.publish': defineMethod({
		tier: 4,
		schema: publishViewSchema,
		run: ({ user_id, hash, view }, workspace) => {
			if (!workspace.users.has(user_id)) throw new SlackRefusal('user_not_found')
			return { view: viewPayload(workspace, workspace.views.publish(user_id, view, hash)) }
		},
	}),
}
