/** A subtask in the picture of a plan. */
export type PlanNode = { readonly id: string; readonly x: number; readonly y: number; readonly layer: number }
export type PlanEdge = { readonly from: PlanNode; readonly to: PlanNode }
export type PlanLayout = {
	readonly nodes: readonly PlanNode[]
	readonly edges: readonly PlanEdge[]
	readonly layers: number
	readonly width: number
	readonly height: number
}

type Subtask = { readonly id: string; readonly inputs: readonly string[] }

export const nodeSize = { width: 58, height: 30 }
const gap = { x: 54, y: 18 }
const margin = 8

/** Layers from left to right: every subtask stands right of all that it needs. What needs itself, however far around, ends somewhere. */
export function layoutPlan(subtasks: readonly Subtask[]): PlanLayout {
	const byId = new Map(subtasks.map((subtask) => [subtask.id, subtask]))
	const layers = new Map<string, number>()
	const layerOf = (id: string, trail: ReadonlySet<string>): number => {
		const known = layers.get(id)
		if (known !== undefined) return known
		const inputs = (byId.get(id)?.inputs ?? []).filter((input) => byId.has(input) && !trail.has(input))
		const layer = inputs.reduce((most, input) => Math.max(most, 1 + layerOf(input, new Set([...trail, input]))), 0)
		layers.set(id, layer)
		return layer
	}
	for (const { id } of byId.values()) layerOf(id, new Set([id]))
	return placed([...byId.values()], layers)
}

function placed(subtasks: readonly Subtask[], layers: ReadonlyMap<string, number>): PlanLayout {
	const count = Math.max(0, ...layers.values()) + (subtasks.length === 0 ? 0 : 1)
	const columns = Array.from({ length: count }, (_, layer) => subtasks.filter(({ id }) => layers.get(id) === layer))
	const tallest = Math.max(0, ...columns.map((column) => column.length))
	const heightOf = (rows: number) => Math.max(0, rows * nodeSize.height + (rows - 1) * gap.y)
	const nodes = columns.flatMap((column, layer) =>
		column.map(({ id }, row) => ({
			id,
			layer,
			x: margin + layer * (nodeSize.width + gap.x),
			y: margin + (heightOf(tallest) - heightOf(column.length)) / 2 + row * (nodeSize.height + gap.y),
		})),
	)
	const byId = new Map(nodes.map((node) => [node.id, node]))
	const edges = subtasks.flatMap(({ id, inputs }) =>
		inputs.flatMap((input) => {
			const [from, to] = [byId.get(input), byId.get(id)]
			return from === undefined || to === undefined || from === to ? [] : [{ from, to }]
		}),
	)
	const width = 2 * margin + Math.max(0, count * nodeSize.width + (count - 1) * gap.x)
	return { nodes, edges, layers: count, width, height: 2 * margin + heightOf(tallest) }
}

/** A line from the right of one to the left of the other. */
export function edgePath({ from, to }: PlanEdge): string {
	const start = { x: from.x + nodeSize.width, y: from.y + nodeSize.height / 2 }
	const end = { x: to.x, y: to.y + nodeSize.height / 2 }
	const bend = Math.max(24, (end.x - start.x) / 2)
	return `M${start.x} ${start.y}C${start.x + bend} ${start.y} ${end.x - bend} ${end.y} ${end.x} ${end.y}`
}
