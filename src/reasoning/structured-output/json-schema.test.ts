import { expect, test } from 'vitest'
import { z } from 'zod'
import { jsonSchemaFor } from './json-schema.ts'

test('requires every property and allows no other, at every depth', () => {
	const schema = z.object({
		title: z.string().min(1).describe('short'),
		steps: z.array(z.object({ id: z.int(), after: z.string().optional() })),
		verdict: z.discriminatedUnion('kind', [
			z.object({ kind: z.literal('good') }),
			z.object({ kind: z.literal('bad') }),
		]),
		note: z.string().nullable().optional(),
		effort: z.enum(['low', 'high']).default('low'),
	})
	expect(jsonSchemaFor('plan', schema)).toEqual({
		title: 'plan',
		type: 'object',
		properties: {
			title: { type: 'string', description: 'short' },
			steps: {
				type: 'array',
				items: {
					type: 'object',
					properties: { id: { type: 'integer' }, after: { anyOf: [{ type: 'string' }, { type: 'null' }] } },
					required: ['id', 'after'],
					additionalProperties: false,
				},
			},
			verdict: {
				anyOf: ['good', 'bad'].map((kind) => ({
					type: 'object',
					properties: { kind: { type: 'string', const: kind } },
					required: ['kind'],
					additionalProperties: false,
				})),
			},
			note: { type: ['string', 'null'] },
			effort: { anyOf: [{ type: 'string', enum: ['low', 'high'] }, { type: 'null' }] },
		},
		required: ['title', 'steps', 'verdict', 'note', 'effort'],
		additionalProperties: false,
	})
})

test('keeps properties that are named like keywords', () => {
	const { properties } = jsonSchemaFor('odd', z.object({ default: z.string(), id: z.string(), properties: z.string() }))
	expect(properties).toEqual({ default: { type: 'string' }, id: { type: 'string' }, properties: { type: 'string' } })
})

test('describes trees', () => {
	type Tree = { name: string; parts: Tree[] }
	const tree: z.ZodType<Tree> = z.object({ name: z.string(), parts: z.array(z.lazy(() => tree)) })
	expect(jsonSchemaFor('tree', tree)).toMatchObject({
		title: 'tree',
		properties: { parts: { items: { $ref: '#' } } },
		additionalProperties: false,
	})
})
