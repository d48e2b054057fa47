import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { ThreadwiseError } from '../core/errors.ts'
import type { Place } from '../core/installation-store.ts'

/** Keeps texts so that nobody reads or changes them without a key, nor takes one for another's. */
export type Sealing = {
	seal(text: string, context: string): string
	/** Null where none of the keys has sealed it. */
	open(sealed: string, context: string): string | null
	/** Whether it was sealed with the key that seals now. */
	isNewest(sealed: string): boolean
}

/** What the credentials of a place are sealed for: they open in no other. */
export function contextOf({ platform, workspaceId }: Place): string {
	return JSON.stringify([platform, workspaceId])
}

const algorithm = 'aes-256-gcm'
const version = 'v1'
/** What AES-GCM is specified for; a random one may be used for four billion texts. */
const nonceBytes = 12
const tagBytes = 16

/**
 * AES-256-GCM; the context is authenticated and not kept. The first key seals, all of them open, so that a key can be replaced while
 * texts are there that the old one has sealed.
 */
export function createSealing(keys: readonly Uint8Array[]): Sealing {
	const named = keys.map((key) => ({ key, name: nameOf(key) }))
	const [newest] = named
	if (newest === undefined) throw new RangeError('Sealing takes at least one key.')
	return {
		seal: (text, context) => {
			const nonce = randomBytes(nonceBytes)
			const cipher = createCipheriv(algorithm, newest.key, nonce).setAAD(Buffer.from(context))
			const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
			return [version, newest.name, sealed.toString('base64url')].join('.')
		},
		open: (sealed, context) => {
			const key = named.find(({ name }) => isOf(sealed, name))?.key
			return key === undefined ? null : openWith(key, sealed, context)
		},
		isNewest: (sealed) => isOf(sealed, newest.name),
	}
}

/** Says which key it was, and nothing of the key. */
function nameOf(key: Uint8Array): string {
	return createHash('sha256').update('name of a key').update(key).digest('hex').slice(0, 16)
}

function isOf(sealed: string, name: string): boolean {
	return sealed.startsWith(`${version}.${name}.`)
}

function openWith(key: Uint8Array, sealed: string, context: string): string {
	const bytes = Buffer.from(sealed.slice(sealed.lastIndexOf('.') + 1), 'base64url')
	try {
		const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
		decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-tagBytes))
		const text = [decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]
		return Buffer.concat(text).toString('utf8')
	} catch (cause) {
		throw new ThreadwiseError('store-refused', 'What was sealed in the database is not what was written there.', {
			fix: 'Somebody has changed it: install the app again in that workspace, and look who can write to the database.',
			cause,
		})
	}
}
