import { ComponentType } from 'discord.js'
import type { DiscordModal } from '../interaction.ts'
import type { Component } from '../wire.ts'

/** What is written or chosen in a form, by custom id. */
export type FormValues = Readonly<Record<string, string | readonly string[]>>

/** What the application is told when a form is sent off; fails where Discord wouldn't let it be sent. */
export function formData({ customId, components }: DiscordModal, values: FormValues) {
	return { custom_id: customId, components: components.flatMap((each, index) => partData(each, index + 1, values)) }
}

type Part = Component & { readonly components?: readonly Component[]; readonly component?: Component }

function partData(part: Part, id: number, values: FormValues): readonly unknown[] {
	if (part.type === ComponentType.ActionRow) {
		return [{ type: part.type, id, components: (part.components ?? []).map((each) => fieldData(each, id, values)) }]
	}
	if (part.component === undefined) return [{ type: part.type, id }]
	return [{ type: part.type, id, component: fieldData(part.component, id, values) }]
}

function fieldData(field: Component, id: number, values: FormValues) {
	const { type, custom_id } = field
	const given = values[String(custom_id)] ?? (type === ComponentType.TextInput ? (field.value ?? '') : [])
	checkField(field, given)
	return { type, id, custom_id, ...(type === ComponentType.TextInput ? { value: given } : { values: given }) }
}

function checkField({ custom_id, required, min_length: least, max_length: most }: Component, given: unknown): void {
	const length = typeof given === 'string' || Array.isArray(given) ? given.length : 0
	if (length === 0 && required !== false) throw new Error(`${custom_id} has to be filled in`)
	if (typeof given !== 'string' || length === 0) return
	if (length < Number(least ?? 0) || length > Number(most ?? 4_000))
		throw new Error(`${custom_id} is too long or too short`)
}
