import { EventEmitter, once } from 'node:events'
import type { Conversation } from '../../src/core/conversation.ts'
import type { ConversationReader, RunEntry } from '../../src/core/conversation-reader.ts'
import { type JournalEvent, type JournalRecord, journalVersion } from '../../src/core/journal.ts'
import { isFinished } from '../../src/core/run.ts'
import { noPreferences } from '../../src/core/run-preferences.ts'
import type { RunStore } from '../../src/core/run-store.ts'
import { type Settings, type SettingsKey, type SettingsStore, settingsScopeSchema } from '../../src/core/settings.ts'
import { aRun } from './builders.ts'

type KeptRun = { readonly conversation: Conversation; entry: RunEntry; readonly records: JournalRecord[] }

/** Runs, conversations and settings in memory, for tests of what reads them: a process that has them all to itself. */
export type MemoryRuns = {
	readonly runs: Pick<RunStore, 'find' | 'read' | 'follow'>
	readonly conversations: ConversationReader
	readonly settings: SettingsStore
	begin(conversation: Conversation, entry?: Partial<RunEntry>): string
	append(runId: string, ...events: readonly JournalEvent[]): void
	change(runId: string, entry: Partial<RunEntry>): void
	/** Deletes a run, as the end of its time does. */
	forget(runId: string): void
	/** How many follow a journal now. */
	followers(): number
	/** The next reads fail, as of a database that is away. */
	failReads(times: number): void
}

const keyOf = (...parts: readonly string[]) => JSON.stringify(parts)
const placeOf = ({ platform, workspaceId }: Conversation) => keyOf(platform, workspaceId)

export function createMemoryRuns(): MemoryRuns {
	const kept = new Map<string, KeptRun>()
	const settings = new Map<string, Settings>()
	const growth = new EventEmitter().setMaxListeners(0)
	let followers = 0
	let failures = 0
	const find = (runId: string): KeptRun => {
		const run = kept.get(runId)
		if (run === undefined) throw new Error(`no run ${runId}`)
		return run
	}
	const read = async (runId: string, afterSeq = 0) => {
		if (failures > 0) {
			failures -= 1
			throw new Error('the database is away')
		}
		return (kept.get(runId)?.records ?? []).filter(({ seq }) => seq > afterSeq)
	}
	const knownIn = (isThere: (conversation: Conversation) => boolean) => {
		const there = [...kept.values()].filter(({ conversation }) => isThere(conversation))
		const people = new Map(there.map(({ entry: { asker } }) => [asker.id, { id: asker.id, name: asker.name }]))
		return {
			channels: [...new Set(there.map(({ conversation }) => conversation.channelId))],
			people: [...people.values()],
		}
	}
	const isSame = (left: Conversation, right: Conversation) =>
		left.platform === right.platform && left.channelId === right.channelId && left.threadId === right.threadId
	const entriesOf = (conversation: Conversation) =>
		[...kept.values()].filter((run) => isSame(run.conversation, conversation)).map(({ entry }) => entry)
	return {
		runs: {
			find: async (runId) => {
				const run = kept.get(runId)
				if (run === undefined) return null
				const { entry, conversation } = run
				const { preferences, state } = entry
				return { ...aRun({ author: entry.asker }), id: runId, state, preferences, conversation }
			},
			read,
			follow: async function* (runId, afterSeq, signal) {
				followers += 1
				try {
					let seq = afterSeq
					while (!signal.aborted) {
						for (const record of await read(runId, seq)) {
							yield record
							seq = record.seq
							if (['run-end', 'run-stop', 'run-fail'].includes(record.kind)) return
						}
						await once(growth, 'growth', { signal }).catch(() => {})
					}
				} finally {
					followers -= 1
				}
			},
		},
		conversations: {
			list: async ({ limit, before, personId }) => {
				const all = [...kept.values()].filter(
					({ entry }) =>
						(before === undefined || entry.askedAt < before) && (personId === undefined || entry.asker.id === personId),
				)
				const threads = new Map(all.map((run) => [run.conversation.threadId, run]))
				return [...threads.values()].slice(0, limit).map(({ conversation, entry }) => ({
					conversation,
					title: entry.question,
					runs: all.filter((other) => isSame(other.conversation, conversation)).length,
					isOpen: all.some((other) => isSame(other.conversation, conversation) && !isFinished(other.entry.state)),
					lastAskedAt: entry.askedAt,
				}))
			},
			holding: async (messageId) =>
				[...kept.values()].find(({ entry }) => entry.messageId === messageId)?.conversation ?? null,
			standing: async (conversation, personId) => {
				const askers = entriesOf(conversation).map(({ asker }) => asker.id)
				if (askers.length === 0) return 'stranger'
				return askers.includes(personId) ? 'asker' : 'bystander'
			},
			runs: async (conversation) => entriesOf(conversation),
			run: async (runId) => kept.get(runId)?.entry ?? null,
			marks: async (conversations) => conversations.map((conversation) => JSON.stringify(entriesOf(conversation))),
		},
		settings: {
			read: async ({ platform, workspaceId, channelId, personId }) => {
				const of = (scope: string, subject: string) => settings.get(keyOf(platform, workspaceId, scope, subject)) ?? {}
				return {
					installation: of('installation', ''),
					channel: of('channel', channelId),
					person: of('person', personId),
				}
			},
			installations: async () => {
				const places = new Map([...kept.values()].map(({ conversation }) => [placeOf(conversation), conversation]))
				return [...places].map(([name, { platform, workspaceId }]) => ({
					...{ platform, workspaceId },
					...knownIn((conversation) => placeOf(conversation) === name),
				}))
			},
			write: async ({ platform, workspaceId, scope, subject }: SettingsKey, next) => {
				settings.set(keyOf(platform, workspaceId, settingsScopeSchema.parse(scope), subject), next)
			},
		},
		begin: (conversation, choices = {}) => {
			const runId = choices.runId ?? `run-${kept.size + 1}`
			const entry: RunEntry = {
				runId,
				kind: 'question',
				parentRunId: null,
				state: 'queued',
				messageId: `message of ${runId}`,
				question: 'How much is 6 × 7?',
				asker: { id: 'owner', name: 'Ada' },
				preferences: noPreferences,
				askedAt: new Date().toISOString(),
				feedback: [],
				...choices,
			}
			kept.set(runId, { conversation, entry, records: [] })
			return runId
		},
		append: (runId, ...events) => {
			const { records } = find(runId)
			for (const event of events) {
				const at = new Date().toISOString()
				records.push({ v: journalVersion, seq: records.length + 1, at, attempt: 1, ...event })
			}
			growth.emit('growth')
		},
		change: (runId, entry) => {
			const run = find(runId)
			run.entry = { ...run.entry, ...entry }
		},
		forget: (runId) => void kept.delete(runId),
		followers: () => followers,
		failReads: (times) => {
			failures = times
		},
	}
}
