import type { Quantity, Reading } from './reading.ts'
import { type Found, findWording } from './wording.ts'

/**
 * Reads the facts of a question one wording after the other. A quantity that one wording has taken isn't offered to
 * the next, so the specific wordings come first and the loose ones can't misread what is already understood.
 */
export class Facts {
	readonly reading: Reading
	readonly #taken = new Set<number>()

	constructor(reading: Reading) {
		this.reading = reading
	}

	/** Every place where one of the wordings is found and none of its quantities has been taken yet. */
	take(...wordings: readonly string[]): readonly Found[] {
		return this.takeIf(() => true, ...wordings)
	}

	/** Like `take`, for wordings that need a closer look at what they found. */
	takeIf(isMeant: (found: Found) => boolean, ...wordings: readonly string[]): readonly Found[] {
		return wordings
			.flatMap((wording) =>
				findWording(this.reading, wording).filter(
					(found) => isMeant(found) && this.#claim(Object.values(found.quantities)),
				),
			)
			.toSorted((a, b) => a.at - b.at)
	}

	/** The first place only. */
	takeOne(...wordings: readonly string[]): Found | undefined {
		for (const wording of wordings) {
			for (const found of findWording(this.reading, wording)) {
				if (this.#claim(Object.values(found.quantities))) return found
			}
		}
		return undefined
	}

	/** Takes one quantity that was understood in another way. */
	claim(quantity: Quantity): void {
		this.#taken.add(quantity.index)
	}

	/** What nobody has taken yet, without the words that are hardly numbers ("which one"). */
	left(dimension?: Quantity['dimension']): readonly Quantity[] {
		return this.reading.quantities.filter((quantity) => {
			if (this.#taken.has(quantity.index) || quantity.optional) return false
			return dimension === undefined || quantity.dimension === dimension
		})
	}

	/** Whether all quantities are understood. */
	get complete(): boolean {
		return this.left().length === 0
	}

	#claim(quantities: readonly Quantity[]): boolean {
		if (quantities.some(({ index }) => this.#taken.has(index))) return false
		for (const { index } of quantities) this.#taken.add(index)
		return true
	}
}
