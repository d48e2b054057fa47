import { ComponentType } from 'discord.js'
import type { DiscordMessage } from '../messages.ts'
import { everyComponent } from '../rules/component-tree.ts'
import type { Component } from '../wire.ts'

/** Which button or menu: by its label or by its custom id. */
export type Choice = { readonly label: string } | { readonly customId: string }

/** The component that is shown so; fails if there is none, or if it can't be used. */
export function componentIn({ components }: DiscordMessage, choice: Choice): Component {
	const all = everyComponent(components)
	const isChosen = (each: Component) =>
		'label' in choice ? each.label === choice.label : each.custom_id === choice.customId
	const found = all.find(isChosen)
	if (found === undefined) {
		const shown = all.flatMap(({ label, custom_id: id }) => label ?? id ?? []).join(', ') || 'nothing'
		throw new Error(`nothing like ${JSON.stringify(choice)} is shown, but ${shown}`)
	}
	if (found.disabled === true) throw new Error(`${JSON.stringify(choice)} is shown, but can't be used`)
	return found
}

/** What the application is told of a press or a choice. */
export function useOf(component: Component, values: readonly string[]): Readonly<Record<string, unknown>> {
	const { type, custom_id, id } = component
	if (typeof custom_id !== 'string') throw new Error('a link leads away and tells the application nothing')
	if (type === ComponentType.Button) return { custom_id, component_type: type, id }
	checkChoices(component, values)
	return { custom_id, component_type: type, id, values }
}

function checkChoices(
	{ type, options, min_values: least = 1, max_values: most = 1 }: Component,
	values: readonly string[],
) {
	if (values.length < Number(least) || values.length > Number(most)) throw new Error('too few or too many are chosen')
	if (type !== ComponentType.StringSelect || !Array.isArray(options)) return
	const known = new Set(options.map(({ value }) => value))
	const unknown = values.find((value) => !known.has(value))
	if (unknown !== undefined) throw new Error(`the menu has no ${unknown}, but ${[...known].join(', ')}`)
}
