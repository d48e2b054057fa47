import { z } from 'zod'

/** The six kinds of stage, in the order in which people see them. */
export const stageKindSchema = z.enum(['analyze', 'decompose', 'execute', 'alternatives', 'evaluate', 'correct'])
export type StageKind = z.infer<typeof stageKindSchema>

const identifier = z.string().regex(/^[a-z][a-z0-9-]*$/, 'use lower-case letters, digits and hyphens')
const promptReference = z.string().regex(/^[a-z][a-z0-9/-]*@[a-z0-9-]+$/, 'write it as name@version, such as analyze@1')

const callSchema = z.strictObject({ model: identifier, prompt: promptReference })

/** One place in a workflow. Its id differs from its stage kind, so that two nodes may be of one kind. */
export const workflowNodeSchema = callSchema.extend({
	id: identifier,
	stage: stageKindSchema,
	/** What the stage calls an input → the id of the node that produces it. */
	needs: z.record(identifier, identifier).default({}),
	/** Further requests of the stage, such as `verify`, each with a model and a prompt of its own. What isn't here isn't asked. */
	calls: z.record(identifier, callSchema).default({}),
})
export type WorkflowNode = z.infer<typeof workflowNodeSchema>

/** A day; above 2^31 ms, Node's timers would end at once. */
const mostSeconds = 86_400

/** What a run may spend at most. */
export const budgetSchema = z.strictObject({
	tokens: z.number().int().positive(),
	usd: z.number().positive(),
	seconds: z.number().positive().max(mostSeconds),
})
export type Budget = z.infer<typeof budgetSchema>

/** Which stages answer a hard question, with which models and prompts, and what all of it may cost. */
export const workflowSchema = z.strictObject({
	name: identifier,
	description: z.string(),
	complexity: callSchema,
	direct: callSchema,
	nodes: z.array(workflowNodeSchema).min(1),
	answer: callSchema.extend({ needs: z.record(identifier, identifier) }),
	budget: budgetSchema,
})
export type Workflow = z.infer<typeof workflowSchema>
