import { expect, test } from 'vitest'
import { aStageView } from '../../tests/support/builders.ts'
import { describeWholeStage } from './describe-record.ts'

test('all that is known of a stage says nothing twice, and leaves out nothing that was noticed', () => {
	const stage = aStageView({
		status: 'done',
		summary: 'Worked out again after a failed check.',
		details: ['**s1:** Add both prices. → **96**', '— Recomputed: 4 * 24 is 96, not 28.'],
		notices: ['Recomputed: 4 * 24 is 96, not 28.', 'The model answered late.'],
	})
	expect(describeWholeStage(stage)).toEqual([stage.summary, ...stage.details, '! The model answered late.'])
})
