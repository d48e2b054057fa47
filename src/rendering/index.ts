export { english } from './catalogue.ts'
export { emptyReplyView, foldJournal, foldRecord } from './fold-journal.ts'
