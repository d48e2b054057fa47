import type { RunEntry } from '../../src/core/conversation-reader.ts'
import type { JournalRecord } from '../../src/core/journal.ts'

/**
 * What somebody may see who has nothing but the link to a run: how the question was answered, but not the account of whoever asked
 * it, nor what people thought of the answer.
 */
export function entryForGuest(entry: RunEntry): RunEntry {
	return { ...entry, asker: { id: '', name: entry.asker.name }, feedback: [] }
}

/** The journal, without the same things. */
export function recordsForGuest(records: readonly JournalRecord[]): readonly JournalRecord[] {
	return records.filter(({ kind }) => kind !== 'feedback').map(withoutAccount)
}

function withoutAccount(record: JournalRecord): JournalRecord {
	if (record.kind === 'run-start') return { ...record, asker: { personId: '' } }
	return record.kind === 'clarification' ? { ...record, personId: '' } : record
}
