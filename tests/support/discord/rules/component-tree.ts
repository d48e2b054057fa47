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

/** Every component gets the number that Discord gives it. */
export function numbered(components: readonly Component[]): readonly Component[] {
	let last = 0
	const number = (component: Component): Component => {
		last += 1
		const { components: inner, accessory, ...rest } = component
		const withId = { id: last, ...rest }
		const parsed = childrenSchema.parse({ components: inner, accessory })
		return {
			...withId,
			...(parsed.components !== undefined && { components: parsed.components.map(number) }),
			...(parsed.accessory !== undefined && { accessory: number(parsed.accessory) }),
		}
	}
	return components.map(number)
}
