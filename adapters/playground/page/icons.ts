import { type ComponentChild, h } from 'preact'

/** Drawn on a grid of 20 with a line of 1.5, round ends. */
const paths = {
	plus: 'M10 4.5v11M4.5 10h11',
	search: 'M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11ZM13 13l3.5 3.5',
	menu: 'M3.5 6h13M3.5 10h13M3.5 14h13',
	close: 'M5 5l10 10M15 5L5 15',
	send: 'M10 16V4.5M5 9.5l5-5 5 5',
	stop: 'M6 6h8v8H6z',
	forward: 'M4 5l6 5-6 5zM11 5l6 5-6 5z',
	copy: 'M7.5 7.5h8v9h-8zM12.5 7.5v-4h-8v9h3',
	check: 'M4.5 10.5l4 4 7.5-9',
	cross: 'M6 6l8 8M14 6l-8 8',
	again: 'M16 10a6 6 0 1 1-1.8-4.3M16 3.5V7h-3.5',
	deeper: 'M10 3.5v5M10 8.5c0 3-4.5 2.5-4.5 5.5M10 8.5c0 3 4.5 2.5 4.5 5.5M5.5 14v2.5M14.5 14v2.5M10 8.5v8',
	up: 'M6.5 9v7.5M6.5 9l3-5.5c1.5 0 2 1 1.7 2.5L10.7 8.5h4.300c1 0 1.6 .8 1.4 1.800l-1 4.700c-.2 .9-.8 1.5-1.7 1.5H6.5M6.5 9h-3v7.5h3',
	down: 'M13.5 11V3.5M13.5 11l-3 5.5c-1.5 0-2-1-1.7-2.5l.5-2.5H5c-1 0-1.6-.8-1.4-1.800l1-4.700c.2-.9 .8-1.5 1.7-1.5h7.200M13.5 11h3V3.5h-3',
	record: 'M5 3.5h7l3 3v10H5zM12 3.5v3h3M7.5 10h5M7.5 13h5',
	edit: 'M4 16l.7-3.200L13 4.5l2.5 2.5-8.3 8.300L4 16z',
	left: 'M12 5l-5 5 5 5',
	right: 'M8 5l5 5-5 5',
	chevron: 'M7.5 5.5L12 10l-4.5 4.5',
	settings: 'M4 6h7M15 6h1M4 14h1M9 14h7M13 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM7 16a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z',
	sun: 'M10 13.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM10 2.5v1.5M10 16v1.5M2.5 10H4M16 10h1.5M4.7 4.700l1 1M14.3 14.300l1 1M15.3 4.700l-1 1M5.7 14.300l-1 1',
	moon: 'M15.5 12A6.5 6.5 0 0 1 8 4.5a6.5 6.5 0 1 0 7.5 7.5Z',
	half: 'M10 16.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM10 3.5v13M12 4v12M14 5.200v9.6',
	print: 'M6 7.5v-4h8v4M6 13.5H4v-6h12v6h-2M6 11.5h8v5H6z',
	arrowDown: 'M10 4.5v11M5.5 11l4.5 4.5 4.5-4.5',
	question: 'M7.5 7.5a2.5 2.5 0 1 1 3.5 2.300c-.7 .3-1 .9-1 1.700M10 14.5v.1',
	minus: 'M6 10h8',
	warning: 'M10 4v7.5M10 15v.1',
} as const

export type IconName = keyof typeof paths

/** Says nothing by itself: whatever holds it has a text or a label. */
export function icon(name: IconName): ComponentChild {
	return h(
		'svg',
		{
			class: `icon icon-${name}`,
			viewBox: '0 0 20 20',
			width: 20,
			height: 20,
			'aria-hidden': 'true',
			focusable: 'false',
		},
		h('path', { d: paths[name] }),
	)
}

/** Six knots on a thread. */
export function mark(): ComponentChild {
	return h(
		'svg',
		{ class: 'mark', viewBox: '0 0 28 28', width: 28, height: 28, 'aria-hidden': 'true', focusable: 'false' },
		[
			h('path', { class: 'mark-thread', d: 'M4 8C12 2 16 14 24 8M4 20c8-6 12 6 20 0M24 8c4 6-24 6-20 12' }),
			h('circle', { class: 'mark-knot', cx: 4, cy: 8, r: 2.2 }),
			h('circle', { class: 'mark-knot', cx: 14, cy: 8, r: 2.2 }),
			h('circle', { class: 'mark-knot', cx: 24, cy: 8, r: 2.2 }),
			h('circle', { class: 'mark-knot', cx: 4, cy: 20, r: 2.2 }),
			h('circle', { class: 'mark-knot', cx: 14, cy: 20, r: 2.2 }),
			h('circle', { class: 'mark-knot mark-last', cx: 24, cy: 20, r: 2.2 }),
		],
	)
}
