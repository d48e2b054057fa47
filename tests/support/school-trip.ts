/** A question that the practice model answers in six stages, with a mistake for each of them to find. */
export const schoolTrip = {
	question:
		'A school takes 6 classes of 27 juniors and 4 classes of 24 seniors, with 15 teachers, on a trip. A bus has 48 seats. How many buses are needed?',
	answer: 'The number of buses is 6.',
	/** Arguments of the practice model. */
	mistakes: [
		...['--misreading-pattern', 'number of juniors in each class'],
		...['--bad-plan-pattern', 'how many buses'],
		...['--mistake-pattern', 'to get the number of seniors'],
		...['--wrong-alternative-pattern', 'equations'],
		...['--unrounded-pattern', 'to get the number of buses'],
	],
} as const
