import { appendFileSync } from 'node:fs'

/** What became of one request. */
export type RequestRecord = {
	readonly at: string
	readonly startedAt: string
	readonly endedAt: string
	readonly role: string | null
	readonly model: string | null
	readonly outcome: 'completed' | 'aborted' | 'refused'
	readonly digest: string | null
	/** The header `x-threadwise-call`, where the caller sent it. */
	readonly call: string | null
}

export type RequestLog = (record: Omit<RequestRecord, 'at' | 'endedAt'>) => void

/** Writes synchronously, so that the line is there when the reply is, even if the process dies right after. */
export function createRequestLog(file: string | undefined): RequestLog {
	if (file === undefined) return () => undefined
	return (record) => {
		const endedAt = new Date().toISOString()
		appendFileSync(file, `${JSON.stringify({ at: endedAt, ...record, endedAt })}\n`)
	}
}
