import { filePayload } from '../payloads.ts'
import { SlackRefusal } from '../refusal.ts'
import { completeUploadSchema, uploadUrlSchema } from '../schemas/files.ts'
import { addMessage } from '../writing.ts'
import { defineMethod, existingThread, type Method, writableChannel } from './method.ts'

const scopes = ['files:write']

export const fileMethods: Readonly<Record<string, Method>> = {
	'files.getUploadURLExternal': defineMethod({
		tier: 4,
		scopes,
		schema: uploadUrlSchema,
		run: ({ filename, length }, { identifiers, files, origin }) => {
			const id = identifiers.next('F')
			files.set(id, { id, name: filename, title: filename, size: length, content: null })
			return { file_id: id, upload_url: `${origin}/upload/${id}` }
		},
	}),
	'files.completeUploadExternal': defineMethod({
		tier: 4,
		scopes,
		schema: completeUploadSchema,
		run: ({ files: uploads, channel_id, thread_ts, initial_comment = '' }, workspace) => {
			const files = uploads.map(({ id, title }) => {
				const file = workspace.files.get(id)
				if (file === undefined || file.content === null) throw new SlackRefusal('file_not_found')
				file.title = title ?? file.title
				return file
			})
			if (channel_id === undefined) return { files: files.map(filePayload) }
			const channel = writableChannel(workspace, channel_id)
			const threadTs = thread_ts === undefined ? null : existingThread(workspace, channel, thread_ts)
			const shown = { text: initial_comment, blocks: [], findsNames: false }
			addMessage(workspace, channel, { ...shown, userId: workspace.bot.id, isFromBot: true, threadTs, files })
			return { files: files.map(filePayload) }
		},
	}),
}
