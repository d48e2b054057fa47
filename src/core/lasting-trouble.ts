import { ThreadwiseError } from './errors.ts'

/** Who is told of the trouble of something that is done again and again. */
export type TroubleListener = {
	/** Told once of each kind of trouble, however often it is met; it is tried again wherever that can help. */
	readonly onTrouble: (error: unknown) => void
	/** Told when what had failed goes well again. */
	readonly onRelief: () => void
}

export type LastingTrouble = {
	meet(error: unknown): void
	/** Everything goes well, again or still. */
	end(): void
}

/** Passes on when trouble begins, becomes another and ends: a loop that meets it in every round would say nothing else. */
export function createLastingTrouble({ onTrouble, onRelief }: TroubleListener): LastingTrouble {
	// All kinds since it began: a server that goes down is away in several ways by turns.
	const told = new Set<string>()
	return {
		meet: (error) => {
			const kind = kindOf(error)
			if (told.has(kind)) return
			told.add(kind)
			onTrouble(error)
		},
		end: () => {
			if (told.size === 0) return
			told.clear()
			onRelief()
		},
	}
}

/** Our own words may name what differs from one time to the next. */
function kindOf(error: unknown): string {
	return error instanceof ThreadwiseError ? error.code : String(error)
}
