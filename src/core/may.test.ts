import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Action, Actor } from './actor.ts'
import { type Admission, admitsEverybody, insistOn, may, type Subject, settingsAsSubject } from './may.ts'

const actions: readonly Action[] = [
	...(['ask', 'read', 'stop', 'answer-now', 'again', 'edit', 'feedback'] as const),
	...(['read-settings', 'change-settings'] as const),
]
const ada: Actor = { personId: 'ada', platform: 'chat', workspaceId: 'w', isAdmin: false }
const bob: Actor = { ...ada, personId: 'bob' }
const admin: Actor = { ...ada, personId: 'root', isAdmin: true }
const adasRun: Subject = {
	platform: 'chat',
	workspaceId: 'w',
	channelId: 'general',
	ownerId: 'ada',
	admission: admitsEverybody,
}
const admits = (choices: Partial<Admission>): Subject => ({ ...adasRun, admission: { ...admitsEverybody, ...choices } })
const allowed = (actor: Actor, subject: Subject) => actions.filter((action) => may(actor, action, subject).allowed)

test('what was asked in a channel is read from there, or by whoever asked', () => {
	const read = (actor: Actor) => may(actor, 'read', adasRun).allowed
	expect(read({ ...bob, channelId: 'general' })).toBe(true)
	for (const channelId of ['lab', '']) {
		expect(read({ ...bob, channelId })).toBe(false)
		expect(read({ ...admin, channelId })).toBe(false)
		expect(read({ ...ada, channelId })).toBe(true)
	}
	expect(read(bob)).toBe(true)
})

const name = fc.constantFrom('ada', 'bob', 'eve')
const place = { platform: fc.constantFrom('chat', 'other'), workspaceId: fc.constantFrom('w', 'v') }
const anActor: fc.Arbitrary<Actor> = fc.record({
	personId: name,
	isAdmin: fc.boolean(),
	runsThreadwise: fc.boolean(),
	...place,
})
const aSubject: fc.Arbitrary<Subject> = fc.record({
	...place,
	channelId: fc.constantFrom('general', 'lab'),
	isDirect: fc.boolean(),
	ownerId: fc.option(name),
	admission: fc.record({
		channels: fc.option(fc.subarray(['general', 'lab'])),
		people: fc.option(fc.subarray(['ada', 'bob'])),
		directMessages: fc.boolean(),
	}),
})
const anAction = fc.constantFrom(...actions)

describe('always', () => {
	test('nobody may do anything with what belongs to another place but whoever runs Threadwise, who sees and sets', () => {
		fc.assert(
			fc.property(anActor, anAction, aSubject, (actor, action, subject) => {
				fc.pre(actor.platform !== subject.platform || actor.workspaceId !== subject.workspaceId)
				const reaches = actor.isAdmin && actor.runsThreadwise
				const isPrivate = action === 'read' && subject.isDirect
				const everywhere = ['read', 'read-settings', 'change-settings'].includes(action) && !isPrivate
				expect(may(actor, action, subject).allowed).toBe(reaches && everywhere)
			}),
		)
	})

	test('a refusal says why and what to do', () => {
		fc.assert(
			fc.property(anActor, anAction, aSubject, (actor, action, subject) => {
				const permission = may(actor, action, subject)
				if (permission.allowed) return
				expect(permission.refusal.code).toBe('forbidden')
				expect(permission.refusal.message).toMatch(/\.$/)
				expect(permission.refusal.fix).toMatch(/\.$/)
			}),
		)
	})

	test('an admin may whatever the same person may without being one', () => {
		fc.assert(
			fc.property(anActor, anAction, aSubject, (actor, action, subject) => {
				fc.pre(may({ ...actor, isAdmin: false }, action, subject).allowed)
				expect(may({ ...actor, isAdmin: true }, action, subject).allowed).toBe(true)
			}),
		)
	})

	test('whoever may not ask begins no run in another way', () => {
		fc.assert(
			fc.property(anActor, fc.constantFrom<Action>('again', 'edit'), aSubject, (actor, action, subject) => {
				fc.pre(!may(actor, 'ask', subject).allowed)
				expect(may(actor, action, subject).allowed).toBe(false)
			}),
		)
	})
})

describe('a run in a channel', () => {
	test('is read, judged and repeated by anybody there; stopped, hurried and edited by whoever asked and by admins', () => {
		const anybody: readonly Action[] = ['ask', 'read', 'again', 'feedback']
		expect(allowed(bob, adasRun)).toEqual(anybody)
		const everything = actions
		expect(allowed(ada, adasRun)).toEqual(everything)
		expect(allowed(admin, adasRun)).toEqual(everything)
	})

	test('whose asker was erased is nobody’s but the admins’', () => {
		expect(may(ada, 'stop', { ...adasRun, ownerId: null }).allowed).toBe(false)
		expect(may(admin, 'stop', { ...adasRun, ownerId: null }).allowed).toBe(true)
	})
})

describe('a run in a direct message', () => {
	test('is read by whoever asked and nobody else; an admin may still stop it', () => {
		const direct = { ...adasRun, isDirect: true }
		expect(allowed(bob, direct)).toEqual(['ask'])
		expect(may(admin, 'read', direct).allowed).toBe(false)
		expect(may(admin, 'stop', direct).allowed).toBe(true)
		expect(allowed(ada, direct)).toEqual(actions)
	})
})

describe('asking', () => {
	test.each<[string, Actor, Subject, string | null]>([
		['everywhere, if nothing says where', ada, adasRun, null],
		['in a channel that is listed', ada, admits({ channels: ['lab', 'general'] }), null],
		['in a channel that is not', ada, admits({ channels: ['lab'] }), 'this channel'],
		['nowhere', admin, admits({ channels: [] }), 'this channel'],
		['as one of those who are listed', ada, admits({ people: ['ada'] }), null],
		['as somebody who is not', bob, admits({ people: ['ada'] }), 'some people'],
		['in a direct message', ada, { ...adasRun, isDirect: true }, null],
		[
			'in a direct message, whatever channels there are',
			ada,
			{ ...admits({ channels: ['lab'] }), isDirect: true },
			null,
		],
		[
			'in a direct message where none is answered',
			ada,
			{ ...admits({ directMessages: false }), isDirect: true },
			'Direct messages',
		],
		['in a channel where no direct message is answered', ada, admits({ directMessages: false }), null],
	])('%s', (_, actor, subject, refused) => {
		const permission = may(actor, 'ask', subject)
		expect(permission.allowed ? null : permission.refusal.message).toEqual(
			refused === null ? null : expect.stringContaining(refused),
		)
	})
})

describe('settings', () => {
	const of = (scope: 'installation' | 'channel' | 'person', subject: string) =>
		settingsAsSubject({ platform: 'chat', workspaceId: 'w', scope, subject })

	test('of an installation and of channels are the admins’; everybody has their own', () => {
		expect(may(ada, 'change-settings', of('installation', '')).allowed).toBe(false)
		expect(may(ada, 'change-settings', of('channel', 'ada')).allowed).toBe(false)
		expect(may(ada, 'change-settings', of('person', 'ada')).allowed).toBe(true)
		expect(may(ada, 'change-settings', of('person', 'bob')).allowed).toBe(false)
		for (const subject of [of('installation', ''), of('channel', 'general'), of('person', 'ada')])
			expect(may(admin, 'change-settings', subject).allowed).toBe(true)
	})

	test('that hold for somebody are shown to them, and those of others only to admins', () => {
		expect(may(ada, 'read-settings', of('installation', '')).allowed).toBe(true)
		expect(may(ada, 'read-settings', of('channel', 'general')).allowed).toBe(true)
		expect(may(ada, 'read-settings', of('person', 'ada')).allowed).toBe(true)
		expect(may(ada, 'read-settings', of('person', 'bob')).allowed).toBe(false)
		expect(may(admin, 'read-settings', of('person', 'bob')).allowed).toBe(true)
	})
})

test('insisting throws the refusal', () => {
	expect(() => insistOn(may(bob, 'stop', adasRun))).toThrow(
		expect.objectContaining({ code: 'forbidden', message: 'Only whoever asked may do this, or an admin.' }),
	)
	expect(() => insistOn(may(ada, 'stop', adasRun))).not.toThrow()
})
