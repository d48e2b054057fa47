import { z } from 'zod'

const usageSchema = z.strictObject({
	calls: z.number(),
	inputTokens: z.number(),
	outputTokens: z.number(),
	costUsd: z.number(),
})

/** The object that `ask --json` promises. */
export const askOutputSchema = z.strictObject({
	runId: z.uuid().nullable(),
	status: z.enum(['answered', 'waiting', 'stopped', 'failed']),
	route: z.enum(['direct', 'staged']).nullable(),
	effort: z.enum(['low', 'medium', 'high']).nullable(),
	complexity: z.strictObject({ level: z.enum(['easy', 'hard']), reason: z.string(), source: z.string() }).nullable(),
	answer: z.string(),
	confidence: z.enum(['low', 'medium', 'high']).nullable(),
	stages: z.array(
		z.strictObject({
			id: z.string(),
			title: z.string(),
			status: z.enum(['done', 'skipped', 'stopped', 'failed']),
			summary: z.string(),
			elapsedMs: z.number(),
			usage: usageSchema,
		}),
	),
	usage: usageSchema,
	elapsedMs: z.number(),
	disclosure: z.string().optional(),
	error: z.strictObject({ code: z.string(), message: z.string().min(1), fix: z.string().min(1) }).nullable(),
})
export type AskOutput = z.infer<typeof askOutputSchema>

/** Reads the one line that a command printed. Throws if there is anything else. */
export function parseAskOutput(stdout: unknown): AskOutput {
	return askOutputSchema.parse(JSON.parse(String(stdout)))
}
