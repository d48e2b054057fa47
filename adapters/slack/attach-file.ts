import type { webApi } from '@slack/bolt'
import { away } from './refusals.ts'
import type { AttachedFile } from './show.ts'
import type { Thread } from './thread.ts'

/**
 * Attaches a file to a thread, in a message of its own. Returns the file's id. Only the last of three steps shows anything to anybody, so
 * that what fails before may be done again.
 */
export async function attachFile(
	web: webApi.WebClient,
	{ channelId: channel_id, threadId: thread_ts }: Thread,
	{ name, title, content }: AttachedFile,
	timeoutMs: number,
): Promise<string> {
	const bytes = Buffer.from(content)
	const { upload_url, file_id } = await web.files.getUploadURLExternal({ filename: name, length: bytes.length })
	if (upload_url === undefined || file_id === undefined) throw away('it gives no address for a file', null)
	const uploaded = await fetch(upload_url, {
		method: 'POST',
		body: bytes,
		signal: AbortSignal.timeout(timeoutMs),
	}).catch((error: unknown) => Promise.reject(away('a file could not be sent', error)))
	await uploaded.body?.cancel()
	if (!uploaded.ok) throw away(`a file was refused with HTTP status ${uploaded.status}`, null)
	await web.files.completeUploadExternal({
		files: [{ id: file_id, title }],
		channel_id,
		thread_ts,
		initial_comment: title,
	})
	return file_id
}
