import type { JournalEventKind, JournalEventOf } from '../../src/core/journal.ts'
import type { Usage } from '../../src/core/usage.ts'
import type { Workflow } from '../../src/core/workflow.ts'

const usage: Usage = { calls: 1, inputTokens: 100, outputTokens: 20, costMicroUsd: 30 }
const prompt = { name: 'analyze', version: 1, hash: '0123456789ab' }
const call = { model: 'strong', prompt: 'analyze@1' }

const workflow: Workflow = {
	name: 'default',
	description: 'For tests.',
	complexity: call,
	direct: call,
	nodes: [{ ...call, id: 'analyze', stage: 'analyze', needs: {}, calls: {} }],
	answer: { ...call, needs: { analysis: 'analyze' } },
	budget: { tokens: 1000, usd: 1, seconds: 60 },
}

/** One event of every kind; a new kind doesn't compile until it is here. */
export const eventExamples: { readonly [Kind in JournalEventKind]: JournalEventOf<Kind> } = {
	'run-start': {
		kind: 'run-start',
		workflow,
		workflowHash: 'abc',
		disclosure: '',
		asker: { personId: 'p1', locale: 'en-GB' },
		content: { question: 'Why?', history: [{ author: null, content: [{ kind: 'text', text: 'Hello.' }] }] },
	},
	'run-route': {
		kind: 'run-route',
		route: 'staged',
		effort: 'medium',
		level: 'hard',
		source: 'signals',
		estimatedSteps: 3,
		callLimit: 32,
		nodes: [{ id: 'analyze', stage: 'analyze' }],
		content: { reason: 'It has three conditions.' },
	},
	'run-resume': { kind: 'run-resume', previousAttempt: 1 },
	'stage-start': { kind: 'stage-start', stage: 'analyze' },
	'stage-delta': { kind: 'stage-delta', subtaskId: 's1', content: { text: 'Adding up' } },
	'model-call-start': { kind: 'model-call-start', callKey: 'k', alias: 'strong', prompt },
	'model-call-end': {
		kind: 'model-call-end',
		callKey: 'k',
		alias: 'strong',
		prompt,
		model: 'model-1',
		settings: { sample: 0, maxOutputTokens: 100, temperature: 0.5 },
		finishReason: 'stop',
		usage,
		usageEstimated: false,
		elapsedMs: 12,
		content: { text: 'Eight.' },
	},
	'subtask-end': {
		kind: 'subtask-end',
		subtaskId: 's1',
		status: 'checked',
		samples: 1,
		elapsedMs: 10,
		content: { objective: 'Add the legs', result: '16' },
	},
	checkpoint: {
		kind: 'checkpoint',
		subtaskId: 's1',
		sample: 0,
		method: 'arithmetic',
		passed: false,
		content: { evidence: '8 + 8 is 16, not 17' },
	},
	sample: { kind: 'sample', sample: 1, method: 'backwards', content: { answer: '16', key: '16' } },
	verdict: {
		kind: 'verdict',
		passed: false,
		confidence: 'low',
		content: { failures: [{ where: 'c1', evidence: 'no unit' }] },
	},
	correction: {
		kind: 'correction',
		round: 1,
		accepted: true,
		content: { before: '17', after: '16', reason: 'The sum was wrong.' },
	},
	'tool-call': { kind: 'tool-call', toolCallId: 't1', tool: 'search', content: { input: { query: 'spiders' } } },
	'tool-result': { kind: 'tool-result', toolCallId: 't1', failed: false, content: { output: ['8 legs'] } },
	'stage-skip': {
		kind: 'stage-skip',
		stage: 'correct',
		reason: 'not-needed',
		content: { reason: 'All checks passed.' },
	},
	'stage-end': {
		kind: 'stage-end',
		stage: 'analyze',
		usage,
		elapsedMs: 20,
		content: { output: { unknown: 'legs' }, summary: 'Two spiders', details: ['A spider has 8 legs.'] },
	},
	'answer-delta': { kind: 'answer-delta', restart: false, content: { text: 'Six' } },
	'answer-now': { kind: 'answer-now' },
	'run-wait': { kind: 'run-wait', reason: 'clarification', content: { question: 'Which spiders?' } },
	clarification: { kind: 'clarification', personId: 'person', content: { answer: 'The second one.' } },
	'reply-posted': { kind: 'reply-posted', platform: 'testing', messageIds: ['m1'] },
	feedback: { kind: 'feedback', personId: 'p1', helpful: true, content: { reason: 'clear' } },
	'run-end': { kind: 'run-end', usage, elapsedMs: 50, confidence: 'high', content: { answer: '16' } },
	'run-stop': {
		kind: 'run-stop',
		usage,
		elapsedMs: 50,
		reason: 'user',
		skipped: ['evaluate'],
		content: { answer: '16' },
	},
	'run-fail': {
		kind: 'run-fail',
		usage,
		elapsedMs: 50,
		code: 'model-timeout',
		content: { message: 'The model was silent.', fix: 'Ask again.' },
	},
}
