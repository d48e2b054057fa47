const units =
	'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'
const tens = 'twenty thirty forty fifty sixty seventy eighty ninety'

const valueOfWord = new Map<string, number>([
	...units.split(' ').map((word, value): [string, number] => [word, value]),
	...tens.split(' ').map((word, index): [string, number] => [word, (index + 2) * 10]),
])

const simple = [...valueOfWord.keys()].sort((a, b) => b.length - a.length).join('|')
const upToNinetyNine = `(?:(?:${tens.replaceAll(' ', '|')})(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?|${simple})`

/** Matches a number written as words, up to thousands: `twenty-five`, `two hundred and ten`, `a hundred`. */
export const numberWords = `(?:(?:${upToNinetyNine}|a) (?:hundred|thousand)(?: and ${upToNinetyNine})?|${upToNinetyNine})`

/** The value of words that `numberWords` matched. */
export function valueOfWords(words: string): number {
	let total = 0
	let current = 0
	for (const word of words.toLowerCase().split(/[\s-]+/)) {
		if (word === 'and') continue
		if (word === 'hundred' || word === 'thousand') {
			total += (current || 1) * (word === 'hundred' ? 100 : 1000)
			current = 0
		} else current += word === 'a' ? 1 : (valueOfWord.get(word) ?? 0)
	}
	return total + current
}
