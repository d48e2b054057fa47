/** What a text's length can be counted in. */
export type LengthUnit = 'characters' | 'words' | 'sentences' | 'lines'

/** How long a text is. */
export function lengthIn(text: string, unit: LengthUnit): number {
	switch (unit) {
		case 'characters':
			return [...text.trim()].length
		case 'words':
			return text.match(/[\p{L}\p{N}][\p{L}\p{N}'’.,-]*/gu)?.length ?? 0
		case 'sentences':
			return text.split(/[.!?…](?:["'”’)\]]*)(?:\s|$)/).filter((sentence) => sentence.trim() !== '').length
		case 'lines':
			return text.split('\n').filter((line) => line.trim() !== '').length
	}
}

/** The forms that can be told from the text alone. */
export const textForms = ['json', 'list', 'numbered-list', 'table', 'code', 'one-word', 'yes-no', 'iso-date'] as const
export type TextForm = (typeof textForms)[number]

// Spaces, not line breaks: a page of empty lines would be searched once for each of them.
const listItem = /^[ \t]*[-*•][ \t]+\S/m
const numberedItem = /^[ \t]*\d{1,6}[.)][ \t]+\S/m

/** Whether a text has a form. */
export function hasForm(text: string, form: TextForm): boolean {
	const trimmed = text.trim()
	switch (form) {
		case 'json':
			return isJson(trimmed)
		case 'list':
			return listItem.test(trimmed) || numberedItem.test(trimmed)
		case 'numbered-list':
			return numberedItem.test(trimmed)
		case 'table':
			return /^[ \t]*\|.*\|[ \t]*\n[ \t]*\|[ \t:|-]+$/m.test(trimmed)
		case 'code':
			return /```[^`][\s\S]*?```/.test(trimmed)
		case 'one-word':
			return /^[\p{L}\p{N}'’-]+[.!]?$/u.test(trimmed)
		case 'yes-no':
			return /^(?:yes|no)\b/i.test(trimmed)
		case 'iso-date':
			return /\b\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b/.test(trimmed)
	}
}

function isJson(text: string): boolean {
	const body = /^```(?:json)?[ \t]*\n([\s\S]*?)\n?```$/.exec(text)?.[1] ?? text
	try {
		return typeof JSON.parse(body) === 'object'
	} catch {
		return false
	}
}
