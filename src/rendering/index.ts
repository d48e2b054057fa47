export { english } from './catalogue.ts'
export { describeRecord } from './describe-record.ts'
export { emptyReplyView, foldJournal, foldRecord } from './fold-journal.ts'
export { emptyRecord } from './stage-record.ts'
