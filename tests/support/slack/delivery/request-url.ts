import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { parseJson } from '../schemas/wire.ts'
import type { Attempt, Delivery, Retry, Transport } from './delivery.ts'

/** A command's fields, all of them words. */
const commandSchema = z.record(z.string(), z.string())

type Options = { readonly signingSecret: string; readonly acknowledgementMs: number }
type Body = { readonly type: string; readonly text: string }

/** Posts deliveries to an address of the app, signed, as Slack does for apps that are not in Socket Mode. */
export function createRequestUrl(url: () => string, options: Options): Transport & { verify(): Promise<boolean> } {
	const post = async (body: Body, retry: Retry | null): Promise<Attempt> => {
		const sentAt = performance.now()
		try {
			const response = await fetch(url(), {
				method: 'POST',
				body: body.text,
				headers: { 'content-type': body.type, ...signature(body.text, options.signingSecret), ...retryHeaders(retry) },
				redirect: 'manual',
				signal: AbortSignal.timeout(options.acknowledgementMs),
			})
			const text = await response.text()
			if (response.ok)
				return {
					isAcknowledged: true,
					payload: text === '' ? null : (parseJson(text) ?? text),
					tookMs: performance.now() - sentAt,
				}
			return { isAcknowledged: false, reason: 'http_error', mayRetry: response.headers.get('x-slack-no-retry') !== '1' }
		} catch (error) {
			const isLate = error instanceof Error && error.name === 'TimeoutError'
			return { isAcknowledged: false, reason: isLate ? 'http_timeout' : 'connection_failed', mayRetry: true }
		}
	}
	return {
		attempt: (delivery, retry) => post(bodyOf(delivery), retry),
		verify: async () => {
			const challenge = crypto.randomUUID()
			const text = JSON.stringify({ type: 'url_verification', token: 'local-verification', challenge })
			const attempt = await post({ type: 'application/json', text }, null)
			if (!attempt.isAcknowledged) return false
			const { payload } = attempt
			return payload === challenge || JSON.stringify(payload) === JSON.stringify({ challenge })
		},
	}
}

function bodyOf({ kind, payload }: Delivery): Body {
	const form = 'application/x-www-form-urlencoded'
	switch (kind) {
		case 'events_api':
			return { type: 'application/json', text: JSON.stringify(payload) }
		case 'slash_commands':
			return { type: form, text: String(new URLSearchParams(commandSchema.parse(payload))) }
		case 'interactive':
			return { type: form, text: String(new URLSearchParams({ payload: JSON.stringify(payload) })) }
	}
}

/** The signature that proves that a request comes from Slack. */
export function signature(body: string, signingSecret: string, seconds = Math.floor(Date.now() / 1_000)) {
	const digest = createHmac('sha256', signingSecret).update(`v0:${seconds}:${body}`).digest('hex')
	return { 'x-slack-request-timestamp': String(seconds), 'x-slack-signature': `v0=${digest}` }
}

function retryHeaders(retry: Retry | null): Record<string, string> {
	return retry === null ? {} : { 'x-slack-retry-num': String(retry.number), 'x-slack-retry-reason': retry.reason }
}
