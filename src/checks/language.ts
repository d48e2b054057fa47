import { detectAll, supportedLanguages, toISO2 } from 'tinyld'

/** Shorter texts have too few words to be told apart. */
const shortestRead = 40
const longestRead = 2_000
const sure = 0.5

const known: ReadonlySet<string> = new Set(supportedLanguages.map(toISO2))

/**
 * Whether a text is in a language, given as a BCP 47 tag; null where it is too short or too mixed to tell, or where the tag is
 * none that can be told, such as "English".
 */
export function isInLanguage(text: string, tag: string): boolean | null {
	const wanted = toISO2(tag.toLowerCase().split('-')[0] ?? '')
	const read = text.slice(0, longestRead)
	if (read.length < shortestRead || !known.has(wanted)) return null
	const [likeliest] = detectAll(read)
	if (likeliest === undefined) return null
	if (likeliest.lang === wanted) return true
	return likeliest.accuracy >= sure ? false : null
}
