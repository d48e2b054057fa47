import type { Action, Actor } from './actor.ts'
import type { Conversation } from './conversation.ts'
import { type ErrorReport, ThreadwiseError } from './errors.ts'
import type { Run } from './run.ts'
import type { Settings, SettingsKey } from './settings.ts'

/** Where and whose questions are answered. */
export type Admission = {
	/** Ids of the channels; null: everywhere. */
	readonly channels: readonly string[] | null
	/** Ids of the people; null: everybody. */
	readonly people: readonly string[] | null
	readonly directMessages: boolean
}

export const admitsEverybody: Admission = { channels: null, people: null, directMessages: true }

/** What somebody wants to do something with: a run, a question that is none yet, or settings. */
export type Subject = Omit<Conversation, 'threadId'> & {
	/** Whose it is: who has asked, or whose settings they are; null where it is nobody's. */
	readonly ownerId: string | null
	readonly admission: Admission
}

export type Permission = { readonly allowed: true } | { readonly allowed: false; readonly refusal: ErrorReport }

/** Decides every permission: whether somebody may do something. */
export function may(actor: Actor, action: Action, subject: Subject): Permission {
	for (const refuse of conditions[action]) {
		const refusal = refuse(actor, subject)
		if (refusal !== null) return { allowed: false, refusal: { code: 'forbidden', ...refusal } }
	}
	return { allowed: true }
}

/** @throws ThreadwiseError `forbidden` if they may not. */
export function insistOn(permission: Permission): void {
	if (permission.allowed) return
	const { code, message, fix } = permission.refusal
	throw new ThreadwiseError(code, message, { fix })
}

/**
 * Whether somebody may set this for a place of theirs without shutting themselves out of it: then nobody who looks after it could tell
 * what is wrong there. Of other places they aren't.
 */
export function mayNameAsAllowed(actor: Actor, key: SettingsKey, { allowedPeople }: Settings): Permission {
	if (allowedPeople === undefined || !isSamePlace(actor, key) || allowedPeople.includes(actor.personId)) {
		return { allowed: true }
	}
	const message = 'This would shut you out: you are not among the allowed people.'
	const fix = `Add yourself to them, as "${actor.personId}", or leave the list empty to answer everybody.`
	return { allowed: false, refusal: { code: 'forbidden', message, fix } }
}

/** A run, or its question, with who has asked it. */
export function runAsSubject({ conversation, asker }: Pick<Run, 'conversation' | 'asker'>): Subject {
	return { ...conversation, ownerId: asker.id, admission: admitsEverybody }
}

export function settingsAsSubject({ platform, workspaceId, scope, subject }: SettingsKey): Subject {
	const ownerId = scope === 'person' ? subject : null
	return { platform, workspaceId, channelId: '', ownerId, admission: admitsEverybody }
}

/** Why somebody may not do something; null where nothing speaks against it. */
type Condition = (actor: Actor, subject: Subject) => Pick<ErrorReport, 'message' | 'fix'> | null

type Place = Pick<Subject, 'platform' | 'workspaceId'>

function isSamePlace(one: Place, other: Place): boolean {
	return one.platform === other.platform && one.workspaceId === other.workspaceId
}

/** The same id is somebody else in another place. */
function isTheirs(actor: Actor, subject: Subject): boolean {
	return isSamePlace(actor, subject) && actor.personId === subject.ownerId
}

const anotherPlace: Condition = (actor, subject) =>
	isSamePlace(actor, subject) ? null : { message: 'This belongs to another place.', fix: 'Open it where it was asked.' }

/** Whoever runs Threadwise looks after every place; what people do with their runs is done where these are. */
const outOfReach: Condition = (actor, subject) =>
	actor.isAdmin && actor.runsThreadwise === true ? null : anotherPlace(actor, subject)

const notTheirs: Condition = (actor, subject) =>
	actor.isAdmin || isTheirs(actor, subject)
		? null
		: { message: 'Only whoever asked may do this, or an admin.', fix: 'Ask the question yourself, or ask an admin.' }

const notTheirSettings: Condition = (actor, subject) =>
	actor.isAdmin || isTheirs(actor, subject)
		? null
		: { message: 'Only an admin may change these settings.', fix: 'Change your own settings, or ask an admin.' }

const somebodyElsesSettings: Condition = (actor, subject) =>
	actor.isAdmin || subject.ownerId === null || isTheirs(actor, subject)
		? null
		: { message: 'These are the settings of somebody else.', fix: 'Look at your own, or ask an admin.' }

/** What is said in a direct message concerns nobody else, whoever looks after the place. */
const saidInPrivate: Condition = (actor, subject) =>
	!subject.isDirect || isTheirs(actor, subject)
		? null
		: { message: 'This was asked in a direct message.', fix: 'Only whoever asked can open it.' }

/** Whoever is in a channel can read it; of somebody who isn't, nobody knows. */
const saidElsewhere: Condition = ({ personId, channelId: here }, { channelId, ownerId }) =>
	here === undefined || here === channelId || personId === ownerId
		? null
		: { message: 'This was asked in another channel.', fix: 'Open it where it was asked.' }

const notAnsweredHere: Condition = (_, { isDirect = false, channelId, admission }) => {
	if (isDirect) {
		return admission.directMessages
			? null
			: { message: 'Direct messages are not answered here.', fix: 'Ask in a channel, or ask an admin to allow them.' }
	}
	return admission.channels === null || admission.channels.includes(channelId)
		? null
		: {
				message: 'Questions are not answered in this channel.',
				fix: 'Ask in another one, or ask an admin to allow this one.',
			}
}

const notAnswered: Condition = ({ personId }, { admission: { people } }) =>
	people === null || people.includes(personId)
		? null
		: { message: 'Only the questions of some people are answered here.', fix: 'Ask an admin to add you to them.' }

/** What has to be so. Whatever begins a run needs what asking needs. */
const conditions: Readonly<Record<Action, readonly Condition[]>> = {
	ask: [anotherPlace, notAnsweredHere, notAnswered],
	read: [outOfReach, saidInPrivate, saidElsewhere],
	stop: [anotherPlace, notTheirs],
	'answer-now': [anotherPlace, notTheirs],
	again: [anotherPlace, saidInPrivate, notAnsweredHere, notAnswered],
	edit: [anotherPlace, notTheirs, notAnsweredHere, notAnswered],
	feedback: [anotherPlace, saidInPrivate],
	'read-settings': [outOfReach, somebodyElsesSettings],
	'change-settings': [outOfReach, notTheirSettings],
}
