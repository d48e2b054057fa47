import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { processorTimeMs } from '../../tests/support/processor-time.ts'
import { readFreeSignals } from './free-signals.ts'

/** Labelled by hand before anything was measured: what a careful person answers at once. */
const easyQuestions = [
	'capital of France?',
	'thanks!',
	'2+2',
	'hey there',
	"What's 15% of 80?",
	'who wrote Pride and Prejudice?',
	'how do you say "thank you" in Japanese?',
	'what does HTTP 418 mean?',
	'define idempotent',
	'What is the boiling point of water in Fahrenheit?',
	'when did the Berlin wall fall',
	'is 97 a prime number?',
	"what's the git command to undo the last commit but keep the changes?",
	'How do I reverse a list in Python?',
	'convert 5 miles to km',
	"Hi everyone, sorry for the noise, I know this has been asked in here before and I should probably just look it up, but I can't find it anywhere in the wiki: what year did the first iPhone come out?",
	'Translate to German: The meeting has been moved to Thursday at 3 pm because the room gets too loud if it rains.',
	'what time zone is Lisbon in?',
	'ok cool, thank you so much 🙏',
	'What does the acronym SLA stand for?',
]

/** What takes several steps that depend on each other, several conditions, a comparison, a plan or a proof. */
const hardQuestions = [
	'Plan a two-day offsite for 12 people in Hamburg with a budget of 4000 euros',
	'A train leaves at 9:40 and travels 210 km at 84 km/h, then waits 25 minutes and travels back at 70 km/h. When does it arrive?',
	'Prove that the square root of 2 is irrational',
	'Should we use Postgres or Kafka for our job queue? We have 3 services and about 500 jobs per second',
	'Compare React and Vue for an internal dashboard',
	"Why does this deadlock?\n```\nconst a = await lock('x')\nconst b = await lock('y')\n```\nThe other worker takes them in the other order.",
	'Anna is twice as old as Ben. In six years the sum of their ages will be 42. How old is Ben?',
	'If 5 machines make 5 widgets in 5 minutes, how long do 100 machines take for 100 widgets?',
	'How many trailing zeros does 100! have?',
	'Write a function that merges overlapping intervals and explain its complexity',
	'Design a rate limiter for an API gateway that runs in three regions',
	"what's the probability of at least two sixes in four rolls?",
	'We have two offers: A costs $30 a month plus $0.05 per message, B costs $55 flat. From how many messages is B cheaper?',
	"Refactor this so it doesn't block the event loop: `for (const f of files) fs.readFileSync(f)`",
	'Which is larger, 2^100 or 3^63?',
	'Migrate us from Jenkins to GitHub Actions: what order should we do it in and what could go wrong?',
	'What is the expected number of coin flips until I get two heads in a row?',
	'Schedule 6 interviews over two days so that nobody has more than two in a row and Lena is only free on Tuesday',
	'A recipe for 4 needs 300 g flour and 2 eggs. I have 1 kg of flour and 5 eggs. How many people can I feed?',
	'What are the pros and cons of moving from a monolith to microservices for a team of 5?',
]

function routedAs(level: 'easy' | 'hard' | 'unsure', questions: readonly string[]): readonly string[] {
	return questions.filter((question) => readFreeSignals(question).level === level)
}

/** Written after the rules, so that these don't only know the questions above. */
const furtherEasyQuestions = [
	'thx :pray:',
	'good morning everyone!',
	'what is 12.5 * 8?',
	"what's the capital of Australia",
	'what was the name of the first dog in space?',
	"What's the bus schedule on Sundays?",
	'square root of 144',
	'Where is the Louvre?',
	'spell accommodate',
	'who is the CEO of Nvidia?',
]
const furtherHardQuestions = [
	'what is the best way to split a monolith that two teams deploy together?',
	"what's the difference between optimistic and pessimistic locking, and which fits a booking system?",
	'Estimate how many piano tuners work in Chicago',
	'I have 3 red, 4 blue and 5 green socks in a drawer. How many do I have to pull to be sure of a pair?',
	'Postgres vs MySQL for a multi-tenant app with row level security?',
	'what are the risks if we switch off the old API in March?',
	'A shirt costs $40 after a 20% discount. What did it cost before?',
	'Debug this: TypeError: Cannot read properties of undefined',
	'what is wrong with this? const total = items.reduce((a, b) => a + b.price)',
	'Give me a strategy to cut our cloud bill by 30% without touching production',
]

describe('the free signals', () => {
	test.each([
		['the questions that they were made with', easyQuestions, hardQuestions],
		['questions that they were not made with', furtherEasyQuestions, furtherHardQuestions],
	])('send at most one easy and one hard question the wrong way, of %s', (_, easy, hard) => {
		expect(routedAs('hard', easy).length, routedAs('hard', easy).join(' | ')).toBeLessThanOrEqual(1)
		expect(routedAs('easy', hard).length, routedAs('easy', hard).join(' | ')).toBeLessThanOrEqual(1)
	})

	test('decide most questions without a classifier', () => {
		const all = [...easyQuestions, ...hardQuestions, ...furtherEasyQuestions, ...furtherHardQuestions]
		expect(routedAs('unsure', all).length).toBeLessThan(all.length / 2)
	})

	test('give a reason and an estimate that the journal takes', () => {
		for (const question of [...easyQuestions, ...hardQuestions]) {
			const { reason, estimatedSteps, level, leaning } = readFreeSignals(question)
			expect(reason).not.toBe('')
			expect(estimatedSteps).toBeGreaterThanOrEqual(1)
			expect(estimatedSteps).toBeLessThanOrEqual(8)
			if (level !== 'unsure') expect(leaning).toBe(level)
		}
	})

	test.each(['Implement an LRU cache in TypeScript', 'Write me a small SQL query for it'])(
		'code that is to be written is work: %s',
		(question) => {
			expect(readFreeSignals(question).level).toBe('hard')
		},
	)

	test.each([
		'Vergleiche Rust und Go für einen kleinen Dienst',
		'Welche Vor- und Nachteile hat ein Monorepo?',
		'Prouvez que ce tri est stable',
		'Diseña una base de datos para una biblioteca',
	])('in another language are the same: %s', (question) => {
		expect(readFreeSignals(question).level).toBe('hard')
	})

	test.each([
		['Translate to German: if 3 of the 5 plans fail, compare both and call me at 9:30', 'easy'],
		['Please fix the spelling: we recieved 3 of 5 pakcages, each twice', 'easy'],
		['Translate this service from Python to Rust and compare both', 'hard'],
	])('what is only said anew is easy, whatever it says: %s', (question, level) => {
		expect(readFreeSignals(question).level).toBe(level)
	})

	test('a word that names a thing in a look-up asks for nothing demanding', () => {
		expect(readFreeSignals("What's the schedule?").level).not.toBe('hard')
		expect(readFreeSignals('Schedule the review').level).toBe('hard')
	})
})

const mostMs = 20
const longest = 32_000

/** The shortest of a few times: the machine may be busy with something else, the question may not. */
function shortestMs(question: string): number {
	const times = Array.from({ length: 4 }, () => {
		const startedAt = processorTimeMs()
		readFreeSignals(question)
		return processorTimeMs() - startedAt
	})
	return Math.min(...times)
}

function repeated(piece: string): string {
	return piece.repeat(Math.ceil(longest / piece.length)).slice(0, longest)
}

describe('any text of a stranger gets a verdict at once', () => {
	const pieces = [' ', '1', '.', ',', '1,', '1.', '1 ', '1%', '1 % ', '(', '-', '?', '!', ';', '; ', ';\n', '`', '```']
	const words = [
		'hi ',
		'ok',
		'thank you ',
		':a',
		':a:',
		'🙏',
		'what is ',
		'square root of ',
		'at least ',
		'if ',
		'two ',
	]
	const ends = ['', 'x', ' x', '%', '=', '\n', ':']

	test.each([...pieces, ...words])('a long run of %j, however it begins and ends', (piece) => {
		for (const end of ends) {
			expect(shortestMs(`${repeated(piece)}${end}`)).toBeLessThan(mostMs)
			expect(shortestMs(`what is 1${repeated(piece)}${end}`)).toBeLessThan(mostMs)
		}
	})

	test('mixtures of what the patterns look for', () => {
		const piece = fc.constantFrom(...pieces, ...words, 'x', '\u{0}', '\u{D800}')
		fc.assert(
			fc.property(fc.array(piece, { minLength: 1, maxLength: 8 }), fc.constantFrom(...ends), (mixture, end) => {
				expect(shortestMs(`${repeated(mixture.join(''))}${end}`)).toBeLessThan(mostMs)
			}),
			{ numRuns: 60 },
		)
	})

	test('anything else', () => {
		const text = fc.string({ unit: 'binary', maxLength: 2_000, size: 'max' })
		fc.assert(
			fc.property(text, (question) => {
				expect(['easy', 'hard', 'unsure']).toContain(readFreeSignals(question).level)
			}),
		)
	})
})
