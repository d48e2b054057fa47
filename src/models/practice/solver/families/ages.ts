import { type AgeFact, personIn, takeAgeFacts, withClearPersons } from '../age-facts.ts'
import { Facts } from '../facts.ts'
import type { Family } from '../family.ts'
import { capitalized, type Program, ProgramBuilder, type Term } from '../program.ts'
import type { Quantity, Reading } from '../reading.ts'
import { findWording, says } from '../wording.ts'

/** Ages: who is how much older, how many times as old, together, in some years, some years ago. */
export const ages: Family = {
	name: 'ages',
	solve(reading) {
		return fromBirth(reading) ?? fromFacts(reading)
	},
}

const yearsUnit = 'years'
type Known = Map<string, Term>

/** "Kim was born in 1990. How old does she turn in 2025?" */
function fromBirth(reading: Reading): Program | undefined {
	const [found] = findWording(reading, 'born in {birth:N}[^?]*in {year:N}')
	const [, birth, year] = [found, found?.quantities.birth, found?.quantities.year]
	if (birth === undefined || year === undefined || !says(reading.tagged, 'how old|age')) return undefined
	const builder = new ProgramBuilder(reading)
	const age = builder.step(
		'subtract',
		[builder.given(year, 'the year asked about'), builder.given(birth, 'the year of birth')],
		'the age in that year',
		yearsUnit,
	)
	return builder.finish('ages', age)
}

function fromFacts(reading: Reading): Program | undefined {
	if (says(reading.tagged, 'when|was as old|will be as old')) return undefined
	if (!says(reading.tagged, 'old|older|younger|age|ages|will be')) return undefined
	const left = new Facts(withClearPersons(reading))
	const builder = new ProgramBuilder(reading)
	const goal = goalOf(reading, left)
	if (goal === undefined) return undefined
	const facts = takeAgeFacts(left)
	const known = propagated(builder, facts, goal)
	const result = answer(builder, goal, known, facts)
	return result === undefined ? undefined : builder.finish('ages', result)
}

type Goal = {
	readonly kind: 'age' | 'difference' | 'sum' | 'years-until'
	readonly who: string
	readonly whom: string
	readonly shift: Quantity | undefined
	readonly future: boolean
	readonly times: Quantity | undefined
}

const name = '(?:(?:my|his|her|their|the|an?|our) )?(?:(?:older|younger|little|big) )?[A-Za-z]+'

function goalOf(reading: Reading, left: Facts): Goal | undefined {
	const text = left.reading.tagged
	const base = { whom: '', shift: undefined, future: true, times: undefined }
	const [until] = findWording(
		reading,
		`how many years (?:from now )?(?:will|until|does it take until|till|before) (?<who>${name}) (?:will be |be |is )?{times:X} (?:as old as|the age of) (?<whom>${name})`,
		text,
	)
	if (until !== undefined)
		return {
			...base,
			kind: 'years-until',
			who: personIn(until.words.who ?? ''),
			whom: personIn(until.words.whom ?? ''),
			times: until.quantities.times,
		}
	const [gap] = findWording(
		reading,
		`how (?:much|many years) (?:older|younger) is (?<who>${name})(?: than (?<whom>${name}))?`,
		text,
	)
	if (gap !== undefined)
		return { ...base, kind: 'difference', who: personIn(gap.words.who ?? ''), whom: personIn(gap.words.whom ?? '') }
	if (
		says(
			reading.asked,
			'how old are (?:they|both|the two)[a-z ]*together|(?:sum of|combined) (?:their )?ages?|ages together',
		)
	)
		return { ...base, kind: 'sum', who: '' }
	return ageGoal(reading, left, text)
}

function ageGoal(reading: Reading, left: Facts, text: string): Goal | undefined {
	const wordings = [
		`how old (?:is|was|will|were|does|would) (?<who>${name}?)(?: be| turn)?(?: (?:now|today|then))?(?: in {later:EN}| {earlier:EN} ago)?\\?`,
		`(?:what (?:is|was|will be)|find|calculate) (?<who>${name})'s? (?:current |present )?age`,
		`how old (?:is|was|will|were) (?<who>${name}?)(?: be)?(?: now| today)?[?,. ]`,
		`in {later:EN},? how old will (?<who>${name}) be`,
		`how old will (?<who>${name}) be {later:EN} from now`,
	]
	const found = wordings
		.flatMap((wording) => findWording(reading, wording, text))
		.toSorted((a, b) => Object.keys(b.quantities).length - Object.keys(a.quantities).length)[0]
	if (found === undefined) return undefined
	const shift = found.quantities.later ?? found.quantities.earlier
	if (shift !== undefined) left.claim(shift)
	return {
		kind: 'age',
		who: personIn(found.words.who ?? ''),
		whom: '',
		shift,
		future: found.quantities.earlier === undefined,
		times: undefined,
	}
}

/** Works out one age after the other until nothing new follows. */
function propagated(builder: ProgramBuilder, facts: readonly AgeFact[], goal: Goal): Known {
	const known: Known = new Map()
	const used = new Set<AgeFact>()
	for (let changed = true; changed && !(goal.kind === 'age' && known.has(goal.who) && used.size === facts.length); ) {
		changed = false
		for (const fact of facts) {
			if (used.has(fact) || !infer(builder, known, fact, facts, used)) continue
			used.add(fact)
			changed = true
		}
	}
	return known
}

function infer(
	builder: ProgramBuilder,
	known: Known,
	fact: AgeFact,
	facts: readonly AgeFact[],
	used: Set<AgeFact>,
): boolean {
	switch (fact.kind) {
		case 'known':
			once(known, fact.who, builder.given(fact.age, ageOf(fact.who), yearsUnit))
			return true
		case 'then':
			once(known, fact.who, fromThen(builder, fact))
			return true
		case 'relation':
			return inferRelation(builder, known, fact)
		case 'sum':
			return inferSum(builder, known, fact, facts, used)
		case 'relation-then':
			return inferRelationThen(builder, known, fact, facts, used)
	}
}

/** Two ages for one person mean that a sentence was misread. */
function once(known: Known, who: string, age: Term): void {
	if (known.has(who)) throw new Error(`Two ages were read for ${who}.`)
	known.set(who, age)
}

function fromThen(builder: ProgramBuilder, { who, age, shift, future }: Extract<AgeFact, { kind: 'then' }>): Term {
	const then = builder.given(age, `${ageOf(who)} then`, yearsUnit)
	const years = builder.given(
		shift,
		future ? 'the number of years until then' : 'the number of years since then',
		yearsUnit,
	)
	return builder.step(future ? 'subtract' : 'add', [then, years], ageOf(who), yearsUnit)
}

function inferRelation(builder: ProgramBuilder, known: Known, fact: Extract<AgeFact, { kind: 'relation' }>): boolean {
	const [one, other] = [known.get(fact.who), known.get(fact.whom)]
	if ((one !== undefined) === (other !== undefined)) return false
	if (other !== undefined) known.set(fact.who, forward(builder, fact, other))
	else if (one !== undefined) known.set(fact.whom, backward(builder, fact, one))
	return true
}

function forward(
	builder: ProgramBuilder,
	{ who, whom, gap, older, times }: Extract<AgeFact, { kind: 'relation' }>,
	other: Term,
): Term {
	const product =
		times === undefined
			? other
			: builder.step(
					'multiply',
					[other, factor(builder, times)],
					gap === undefined ? ageOf(who) : `the multiple of ${ageOf(whom)}`,
					yearsUnit,
				)
	return gap === undefined
		? product
		: builder.step(older ? 'add' : 'subtract', [product, distance(builder, gap)], ageOf(who), yearsUnit)
}

function backward(
	builder: ProgramBuilder,
	{ whom, gap, older, times }: Extract<AgeFact, { kind: 'relation' }>,
	one: Term,
): Term {
	const base =
		gap === undefined
			? one
			: builder.step(
					older ? 'subtract' : 'add',
					[one, distance(builder, gap)],
					times === undefined ? ageOf(whom) : `the multiple of ${ageOf(whom)}`,
					yearsUnit,
				)
	return times === undefined ? base : builder.step('divide', [base, factor(builder, times)], ageOf(whom), yearsUnit)
}

/** Two ages with a known sum: one is known, or they differ by a number, or one is a multiple of the other. */
function inferSum(
	builder: ProgramBuilder,
	known: Known,
	fact: Extract<AgeFact, { kind: 'sum' }>,
	facts: readonly AgeFact[],
	used: Set<AgeFact>,
): boolean {
	const [a, b] = fact.who
	const total = () => builder.given(fact.total, 'the sum of the ages', yearsUnit)
	const [one, other] = [known.get(a), known.get(b)]
	if (one !== undefined && other !== undefined) return false
	if (one !== undefined || other !== undefined) {
		const age = one ?? other
		if (age !== undefined)
			known.set(
				one === undefined ? a : b,
				builder.step('subtract', [total(), age], ageOf(one === undefined ? a : b), yearsUnit),
			)
		return true
	}
	const relation = facts.find(
		(each) => each.kind === 'relation' && fact.who.includes(each.who) && fact.who.includes(each.whom),
	)
	if (relation?.kind !== 'relation') return false
	used.add(relation)
	solvePair(builder, known, relation, total())
	return true
}

function solvePair(
	builder: ProgramBuilder,
	known: Known,
	relation: Extract<AgeFact, { kind: 'relation' }>,
	total: Term,
): void {
	const { who, whom, gap, older, times } = relation
	const rest =
		gap === undefined
			? total
			: builder.step(
					older ? 'subtract' : 'add',
					[total, distance(builder, gap)],
					'the sum without the difference',
					yearsUnit,
				)
	const parts =
		times === undefined
			? builder.fixed(2)
			: builder.step('add', [factor(builder, times), builder.fixed(1)], `how often ${ageOf(whom)} is in that sum`, '')
	const base = builder.step('divide', [rest, parts], ageOf(whom), yearsUnit)
	known.set(whom, base)
	known.set(who, forward(builder, relation, base))
}

/** "In 6 years she will be twice as old": the gap stays, so it is then a known multiple of the younger age. */
function inferRelationThen(
	builder: ProgramBuilder,
	known: Known,
	fact: Extract<AgeFact, { kind: 'relation-then' }>,
	facts: readonly AgeFact[],
	used: Set<AgeFact>,
): boolean {
	const relation = facts.find((each) => each.kind === 'relation' && each.times === undefined && each.gap !== undefined)
	if (relation?.kind !== 'relation' || relation.gap === undefined) return false
	const isSame = relation.who === fact.who && relation.whom === fact.whom && relation.older
	const isMirrored = relation.who === fact.whom && relation.whom === fact.who && !relation.older
	if (!isSame && !isMirrored) return false
	used.add(relation)
	const then = ageThen(builder, distance(builder, relation.gap), fact.times, fact.whom)
	const years = builder.given(fact.shift, 'the number of years between then and now', yearsUnit)
	const younger = builder.step(fact.future ? 'subtract' : 'add', [then, years], ageOf(fact.whom), yearsUnit)
	known.set(fact.whom, younger)
	return true
}

function ageThen(builder: ProgramBuilder, gap: Term, times: Quantity, whom: string): Term {
	const parts = builder.step(
		'subtract',
		[factor(builder, times), builder.fixed(1)],
		'how many times the younger age makes the difference',
		'',
	)
	return builder.step('divide', [gap, parts], `${ageOf(whom)} then`, yearsUnit)
}

function answer(builder: ProgramBuilder, goal: Goal, known: Known, facts: readonly AgeFact[]): Term | undefined {
	if (goal.kind === 'years-until') return yearsUntil(builder, goal, known)
	if (goal.kind === 'difference' || goal.kind === 'sum') return ofTwo(builder, goal, known)
	const age = known.get(goal.who) ?? motherOf(builder, goal, known, facts)
	if (age === undefined || goal.shift === undefined) return age
	const years = builder.given(
		goal.shift,
		goal.future ? 'the number of years from now' : 'the number of years back',
		yearsUnit,
	)
	return builder.step(goal.future ? 'add' : 'subtract', [age, years], `${ageOf(goal.who)} then`, yearsUnit)
}

/** The older of two, where only the younger was worked out. */
function motherOf(builder: ProgramBuilder, goal: Goal, known: Known, facts: readonly AgeFact[]): Term | undefined {
	const relation = facts.find((each) => each.kind === 'relation' && each.who === goal.who && known.has(each.whom))
	const other = relation?.kind === 'relation' ? known.get(relation.whom) : undefined
	return relation?.kind === 'relation' && other !== undefined ? forward(builder, relation, other) : undefined
}

function yearsUntil(builder: ProgramBuilder, { who, whom, times }: Goal, known: Known): Term | undefined {
	const [older, younger] = [known.get(who), known.get(whom)]
	if (older === undefined || younger === undefined || times === undefined) return undefined
	const gap = builder.step('subtract', [older, younger], 'the difference of the ages', yearsUnit)
	return builder.step(
		'subtract',
		[ageThen(builder, gap, times, whom), younger],
		'the number of years until then',
		yearsUnit,
	)
}

function ofTwo(builder: ProgramBuilder, { kind, who, whom }: Goal, known: Known): Term | undefined {
	const [first, second] = [...known.keys()].filter(
		(each) => kind === 'sum' || known.size === 2 || each === who || each === whom,
	)
	const [one, other] = [known.get(first ?? ''), known.get(second ?? '')]
	if (one === undefined || other === undefined || (kind === 'sum' && known.size !== 2)) return undefined
	return kind === 'sum'
		? builder.step('add', [one, other], 'the sum of the ages', yearsUnit)
		: builder.step('difference', [one, other], 'the difference of the ages', yearsUnit)
}

function ageOf(who: string): string {
	const isRole =
		/^(?:mother|father|son|daughter|sister|brother|dog|cat|uncle|aunt|cousin|grand.*|mum|mom|dad|teacher|friend|wife|husband|tree|house|man|woman|boy|girl|child|neighbou?r|tortoise|horse)$/.test(
			who,
		)
	return isRole ? `the age of the ${who}` : `the age of ${capitalized(who)}`
}

function factor(builder: ProgramBuilder, times: Quantity): Term {
	return builder.given(times, 'the factor between the ages')
}

function distance(builder: ProgramBuilder, gap: Quantity): Term {
	return builder.given(gap, 'the gap between the ages', yearsUnit)
}
