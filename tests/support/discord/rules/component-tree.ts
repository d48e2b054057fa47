import { ComponentType } from 'discord.js'
import { z } from 'zod'
import type { Component } from '../wire.ts'

const componentSchema = z.looseObject({ type: z.number() })
const childrenSchema = z.looseObject({
	components: z.array(componentSchema).optional().catch([]),
	accessory: componentSchema.optional().catch(undefined),
	component: componentSchema.optional().catch(undefined),
})

/** What stands directly in a component. */
function childrenOf(component: Component): readonly Component[] {
	const { components = [], accessory, component: labelled } = childrenSchema.parse(component)
	return [...components, ...(accessory === undefined ? [] : [accessory]), ...(labelled === undefined ? [] : [labelled])]
}

/** All components, with those that stand in others. */
export function everyComponent(components: readonly Component[]): readonly Component[] {
	return components.flatMap((each) => [each, ...everyComponent(childrenOf(each))])
}

/** The texts that components display, in their order. */
export function textsOf(components: readonly Component[]): readonly string[] {
	return everyComponent(components).flatMap(({ type, content }) =>
		type === ComponentType.TextDisplay && typeof content === 'string' ? [content] : [],
	)
}

/** Every component gets the number that Discord gives it, unless it brings one. */
export function numbered(components: readonly Component[]): readonly Component[] {
	const taken = new Set(everyComponent(components).map(({ id }) => id))
	let last = 0
	const next = () => {
		do last += 1
		while (taken.has(last))
		return last
	}
	const number = (component: Component): Component => {
		const { components: inner, accessory, ...rest } = component
		const own = { id: next(), ...rest }
		const children = childrenSchema.parse({ components: inner, accessory })
		return {
			...own,
			...(children.components !== undefined && { components: children.components.map(number) }),
			...(children.accessory !== undefined && { accessory: number(children.accessory) }),
		}
	}
	return components.map(number)
}
