import { type ComponentChild, h } from 'preact'
import { mark } from './icons.ts'
import { type Example, examples, practiceExamples, strings } from './strings.ts'

/** What a conversation begins with. */
export function Welcome({
	isPractice,
	onExample,
}: {
	isPractice: boolean
	onExample: (text: string) => void
}): ComponentChild {
	const shown: readonly Example[] = isPractice ? practiceExamples : examples
	return h('div', { class: 'welcome' }, [
		h('div', { class: 'welcome-mark' }, mark()),
		h('h2', null, strings.emptyTitle),
		h('p', { class: 'welcome-text' }, strings.emptyText),
		h(
			'ul',
			{ class: 'examples', 'aria-label': strings.examples },
			shown.map(({ kind, text }) =>
				h(
					'li',
					null,
					h('button', { type: 'button', class: `example ${kind}`, onClick: () => onExample(text) }, [
						h('span', { class: 'example-kind' }, strings.exampleKinds[kind]),
						h('span', { class: 'example-text' }, text),
					]),
				),
			),
		),
	])
}
