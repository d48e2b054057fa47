import { ComponentType } from 'discord.js'
import { wrongField } from '../refusal.ts'
import type { Component } from '../wire.ts'
import { everyComponent } from './component-tree.ts'

const maximumParts = 5

/** What Discord demands of a form besides what its schema says. */
export function checkModal(components: readonly Component[]): void {
	if (components.length > maximumParts) {
		throw wrongField('data.components', 'BASE_TYPE_BAD_LENGTH', `Must be between 1 and ${maximumParts} in length.`)
	}
	const inputs = everyComponent(components).filter(({ custom_id: id }) => typeof id === 'string')
	if (new Set(inputs.map(({ custom_id: id }) => id)).size !== inputs.length) {
		throw wrongField('data.components', 'COMPONENT_CUSTOM_ID_DUPLICATED', 'No two may have the same custom_id.')
	}
	const isBare = ({ type, label }: Component) => type === ComponentType.TextInput && typeof label !== 'string'
	const rows = components.filter(({ type }) => type === ComponentType.ActionRow)
	if (everyComponent(rows).some(isBare)) {
		throw wrongField('data.components', 'BASE_TYPE_REQUIRED', 'A text input that stands in no label needs its own.')
	}
}
