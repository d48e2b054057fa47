type Kinded = { readonly kind: string }

/** What to do with some kinds of a union; the others are passed over. */
export type Handlers<Union extends Kinded, Rest extends readonly unknown[] = []> = {
	readonly [Kind in Union['kind']]?: (member: Extract<Union, { readonly kind: Kind }>, ...rest: Rest) => void
}

/** Calls the handler of a member's kind, if there is one. */
export function handle<Union extends Kinded, Rest extends readonly unknown[]>(
	handlers: Handlers<Union, Rest>,
	member: Union,
	...rest: Rest
): void {
	// The compiler doesn't see that a member's kind leads to the handler of exactly that kind.
	const handler = handlers[member.kind as Union['kind']] as ((member: Union, ...rest: Rest) => void) | undefined
	handler?.(member, ...rest)
}
