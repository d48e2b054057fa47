import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Keeps what was seen of a run of the benchmark, a file for each kind of thing. Returns the folder. */
export async function keepEvidence(things: Readonly<Record<string, unknown>>): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), 'threadwise-chaos-'))
	for (const [name, thing] of Object.entries(things)) {
		const [file, text] =
			typeof thing === 'string' ? [`${name}.log`, thing] : [`${name}.json`, JSON.stringify(thing, null, '\t')]
		await writeFile(join(folder, file), text)
	}
	return folder
}
