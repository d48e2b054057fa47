import fc from 'fast-check'
import { expect, test } from 'vitest'
import { layoutPlan, nodeSize } from './plan-graph.ts'

const ids = fc.constantFrom('s1', 's2', 's3', 's4', 's5', 's6')
const plans = fc.uniqueArray(fc.record({ id: ids, inputs: fc.array(ids, { maxLength: 4 }) }), {
	selector: ({ id }) => id,
})

test('every subtask stands right of what it needs', () => {
	const { nodes, edges, layers } = layoutPlan([
		{ id: 's1', inputs: [] },
		{ id: 's2', inputs: [] },
		{ id: 's3', inputs: ['s1', 's2'] },
		{ id: 's4', inputs: ['s3', 's1'] },
	])
	expect(Object.fromEntries(nodes.map(({ id, layer }) => [id, layer]))).toEqual({ s1: 0, s2: 0, s3: 1, s4: 2 })
	expect(edges).toHaveLength(4)
	expect(layers).toBe(3)
	for (const { from, to } of edges) expect(from.x + nodeSize.width).toBeLessThan(to.x)
})

test('whatever needs what, also itself, every subtask has a place of its own within the picture', () => {
	fc.assert(
		fc.property(plans, (subtasks) => {
			const { nodes, width, height } = layoutPlan(subtasks)
			expect(nodes).toHaveLength(subtasks.length)
			expect(new Set(nodes.map(({ x, y }) => `${x} ${y}`)).size).toBe(nodes.length)
			for (const { x, y } of nodes) {
				expect(x).toBeGreaterThanOrEqual(0)
				expect(x + nodeSize.width).toBeLessThanOrEqual(width)
				expect(y + nodeSize.height).toBeLessThanOrEqual(height)
			}
		}),
	)
})
