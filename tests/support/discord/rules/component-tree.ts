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

/** What Discord adds to components that leave it open. */
const defaults: Readonly<Record<number, Readonly<Record<string, unknown>>>> = {
	[ComponentType.Container]: { accent_color: null, spoiler: false },
	[ComponentType.Separator]: { spacing: 1, divider: true },
	[ComponentType.StringSelect]: { min_values: 1, max_values: 1 },
}

/** Components as Discord keeps them: every one has a number, and says what it left open. */
export function completed(components: readonly Component[]): readonly Component[] {
	const taken = new Set(everyComponent(components).map(({ id }) => id))
	let last = 0
	const next = () => {
		do last += 1
		while (taken.has(last))
		return last
	}
	const number = (component: Component): Component => {
		const { components: inner, accessory, ...rest } = component
		const own = { id: next(), ...defaults[component.type], ...rest }
		const children = childrenSchema.parse({ components: inner, accessory })
		return {
			...own,
			...(children.components !== undefined && { components: children.components.map(number) }),
			...(children.accessory !== undefined && { accessory: number(children.accessory) }),
		}
	}
	return components.map(number)
}
