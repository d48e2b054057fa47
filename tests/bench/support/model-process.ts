import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { z } from 'zod'

const program = fileURLToPath(new URL('../programs/model-server.ts', import.meta.url))
const readySchema = z.object({ port: z.number() })

/** The model of the reference work, in another process. */
export type ReferenceModel = AsyncDisposable & {
	/** The address under which it answers after so many milliseconds. */
	baseUrl(latencyMs: number): string
}

export async function startReferenceModel(): Promise<ReferenceModel> {
	const child = execa(process.execPath, [program], { reject: false, stderr: 'inherit' })
	const [line] = await once(createInterface({ input: child.stdout }), 'line')
	const { port } = readySchema.parse(JSON.parse(String(line)))
	return {
		baseUrl: (latencyMs) => `http://127.0.0.1:${port}/${latencyMs}/v1`,
		[Symbol.asyncDispose]: async () => {
			child.kill('SIGTERM')
			await child
		},
	}
}
