/**
 * What a process has opened, by name. Disposing closes everything, what was opened last first, even what is opened meanwhile;
 * until that is done, `stillOpen` says what hasn't closed yet.
 */
export type OpenParts = AsyncDisposable & {
	/** Keeps something open until everything closes. Returns it. */
	use<Part extends AsyncDisposable>(name: string, part: Part): Part
	defer(name: string, close: () => Promise<void> | void): void
	stillOpen(): readonly string[]
}

type OpenPart = { readonly name: string; readonly close: () => PromiseLike<void> | void }

/** Nothing is open yet. */
export function createOpenParts(): OpenParts {
	const parts: OpenPart[] = []
	return {
		use: (name, part) => {
			parts.push({ name, close: () => part[Symbol.asyncDispose]() })
			return part
		},
		defer: (name, close) => {
			parts.push({ name, close })
		},
		stillOpen: () => parts.map(({ name }) => name).toReversed(),
		[Symbol.asyncDispose]: () => closeAll(parts),
	}
}

/** One part that fails to close keeps none of the others open. */
async function closeAll(parts: OpenPart[]): Promise<void> {
	const errors: unknown[] = []
	for (let part = parts.at(-1); part !== undefined; part = parts.at(-1)) {
		try {
			await part.close()
		} catch (error) {
			errors.push(error)
		}
		parts.splice(parts.indexOf(part), 1)
	}
	if (errors.length > 0)
		throw errors.length === 1 ? errors[0] : new AggregateError(errors, 'not everything could be closed')
}
