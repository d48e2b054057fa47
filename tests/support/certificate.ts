import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A certificate for 127.0.0.1 that has signed itself, and its key, as files in the folder. */
export async function makeCertificate(folder: string): Promise<{ readonly certificate: string; readonly key: string }> {
	const [certificate, key] = [`${folder}/server.crt`, `${folder}/server.key`]
	const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
	const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
	await run('openssl', ['req', '-x509', ...kind, '-keyout', key, '-out', certificate, ...subject])
	return { certificate, key }
}
