import type { Program } from './program.ts'
import type { Reading } from './reading.ts'
import { convertible, isCurrency, unitNamed, units } from './units.ts'
import { says } from './wording.ts'

/**
 * Whether a program finds the kind of thing that the question asks for: a time of day for "when", years for "how old",
 * the unit of "how many minutes". A last guard against sentences that were misread.
 */
export function findsWhatIsAsked({ asked }: Reading, program: Program): boolean {
	const { unit, steps } = program
	if (steps.at(-1)?.objective.startsWith('Compare ') === true)
		return says(asked, 'which|who|where|what|is it|or|better|cheaper')
	return (
		isUnitAskedFor(asked, unit) && isKindAskedFor(asked, unit) && isSavingAskedFor(asked, steps.at(-1)?.objective ?? '')
	)
}

/** "how many minutes" wants minutes, "how many metres per second" wants just that. */
function isUnitAskedFor(asked: string, unit: string): boolean {
	const [, word = '', per] =
		/how many (?:more |full )?([a-z]+)( (?:per|an?|each|every) (?:second|minute|hour)\b)?/i.exec(asked) ?? []
	const named = unitNamed(word)
	if (named === undefined) return true
	if (per !== undefined) return unit.includes('/') || unit.includes(' per ') || unit === 'mph'
	return unit === named || convertible(unit, named) || (units[named]?.dimension === 'calendar' && unit === '')
}

function isKindAskedFor(asked: string, unit: string): boolean {
	const dimension = units[unit]?.dimension
	const isTime = dimension === 'duration' || dimension === 'calendar'
	if (says(asked, 'how old')) return unit === 'years'
	if (says(asked, 'how far|what distance')) return dimension === 'length'
	if (says(asked, 'how fast|what speed|average speed'))
		return unit.includes('/') || unit.includes(' per ') || unit === 'mph'
	if (says(asked, 'how long')) return isTime || dimension === 'length'
	if (says(asked, '(?:at |until |by )?(?:what|which) time|until when')) return unit.startsWith('time')
	if (says(asked, '^when|, when')) return unit.startsWith('time') || isTime
	if (says(asked, 'what per ?cent(?:age)?|how many per ?cent|by what per ?cent(?:age)?|percentage (?:is|was|of)'))
		return unit === '%'
	if (says(asked, 'how much (?:money|change)')) return isCurrency(unit)
	return true
}

/** What is saved or left is not what is paid. */
function isSavingAskedFor(asked: string, objective: string): boolean {
	return !says(asked, 'save|saving') || says(objective, 'discount|left over|difference|saving|interest|number of')
}
