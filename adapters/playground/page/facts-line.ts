import { type ComponentChild, h } from 'preact'
import { strings } from './strings.ts'

/** What an answer took, in a line; nothing for what never began. */
export function FactsLine({ facts }: { facts: readonly string[] }): ComponentChild {
	if (facts.length === 0) return null
	return h(
		'ul',
		{ class: 'facts-line', 'aria-label': strings.facts },
		facts.map((fact) => h('li', null, fact)),
	)
}
