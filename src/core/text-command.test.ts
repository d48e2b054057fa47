import { expect, test } from 'vitest'
import { preferencesOf, readTextCommand } from './text-command.ts'

test.each([
	['!stop', { name: 'stop', rest: '' }],
	['!Think  about\nit', { name: 'think', rest: 'about\nit' }],
	['!Think how much is 6 × 7?', { name: 'think', rest: 'how much is 6 × 7?' }],
	['!quick 2+2', { name: 'quick', rest: '2+2' }],
	['!help', { name: 'help', rest: '' }],
	['!stopping', null],
	['!stopwatch', null],
	['please !stop', null],
	['stop', null],
])('a text command: %s', (text, command) => expect(readTextCommand(text)).toEqual(command))

test('commands choose how a question is answered', () => {
	expect([preferencesOf('think').route, preferencesOf('quick').route, preferencesOf('ask').route]).toEqual([
		...['staged', 'direct', null],
	])
})
