import { ButtonStyle, ComponentType } from 'discord.js'
import { wrongField } from '../refusal.ts'
import type { Component } from '../wire.ts'
import { everyComponent, textsOf } from './component-tree.ts'

const maximumComponents = 40
const maximumText = 4_000
const maximumRows = 5
const selects: ReadonlySet<number> = new Set([
	ComponentType.StringSelect,
	ComponentType.UserSelect,
	ComponentType.RoleSelect,
	ComponentType.MentionableSelect,
	ComponentType.ChannelSelect,
])

/** What Discord demands of components besides what their schema says. */
export function checkComponents(components: readonly Component[], isSecondVersion: boolean): void {
	const all = everyComponent(components)
	if (isSecondVersion) checkSecondVersion(components, all)
	else checkRowsOnly(components)
	checkUnique(all, 'custom_id', 'COMPONENT_CUSTOM_ID_DUPLICATED')
	checkUnique(all, 'id', 'COMPONENT_ID_DUPLICATED')
	for (const each of all) checkComponent(each)
}

function checkSecondVersion(components: readonly Component[], all: readonly Component[]): void {
	if (all.length > maximumComponents) {
		throw wrongField('components', 'BASE_TYPE_BAD_LENGTH', `Must be ${maximumComponents} or fewer, with nested ones.`)
	}
	const length = textsOf(components).reduce((sum, text) => sum + text.length, 0)
	if (length > maximumText) {
		throw wrongField(
			'components',
			'COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED',
			`Text may have ${maximumText} characters.`,
		)
	}
}

function checkRowsOnly(components: readonly Component[]): void {
	if (components.some(({ type }) => type !== ComponentType.ActionRow)) {
		throw wrongField('components', 'BASE_TYPE_CHOICES', 'Without the flag IS_COMPONENTS_V2 only action rows are taken.')
	}
	if (components.length > maximumRows) {
		throw wrongField('components', 'BASE_TYPE_BAD_LENGTH', `Must be between 1 and ${maximumRows} in length.`)
	}
}

function checkUnique(all: readonly Component[], field: 'custom_id' | 'id', code: string): void {
	const values = all.map((each) => each[field]).filter((value) => value !== undefined && value !== null && value !== 0)
	if (new Set(values).size !== values.length) throw wrongField('components', code, `No two may have the same ${field}.`)
}

function checkComponent(component: Component): void {
	if (component.type === ComponentType.ActionRow) checkRow(component)
	if (component.type === ComponentType.Button) checkButton(component)
	if (selects.has(component.type)) checkSelect(component)
}

function checkRow(row: Component): void {
	const inner = everyComponent([row]).slice(1)
	const hasSelect = inner.some(({ type }) => selects.has(type))
	if (hasSelect && inner.length > 1) {
		throw wrongField('components', 'COMPONENT_LAYOUT_WIDTH_EXCEEDED', 'A select menu takes a row of its own.')
	}
}

function checkButton({ style, url, custom_id, label, emoji }: Component): void {
	const leads = style === ButtonStyle.Link
	if (leads !== (typeof url === 'string') || leads === (typeof custom_id === 'string')) {
		throw wrongField('components', 'BUTTON_COMPONENT_INVALID', 'A link has an address, any other button a custom id.')
	}
	if (typeof label !== 'string' && emoji === undefined) {
		throw wrongField('components', 'BUTTON_COMPONENT_INVALID_LABEL', 'A button has a label or an emoji.')
	}
}

function checkSelect({ min_values: least = 1, max_values: most = 1, options }: Component): void {
	const choices = Array.isArray(options) ? options : null
	if (Number(least) > Number(most) || (choices !== null && Number(most) > choices.length)) {
		throw wrongField(
			'components',
			'SELECT_COMPONENT_INVALID_RANGE',
			'At least, at most and options do not fit together.',
		)
	}
	if (choices === null) return
	if (new Set(choices.map(({ value }) => value)).size !== choices.length) {
		throw wrongField(
			'components',
			'SELECT_COMPONENT_OPTION_VALUE_DUPLICATED',
			'No two options may have the same value.',
		)
	}
	if (choices.filter((each) => each.default === true).length > Number(most)) {
		throw wrongField('components', 'SELECT_COMPONENT_TOO_MANY_DEFAULTS', 'More options are chosen than can be.')
	}
}
