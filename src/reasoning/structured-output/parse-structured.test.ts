import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { parseStructured } from './parse-structured.ts'

const schema = z.object({ legs: z.number(), note: z.string().optional() })
const eight = { ok: true, value: { legs: 8 } }

describe('finds and mends the object', () => {
	test.each([
		{ text: '{"legs": 8}' },
		{ text: ' \n{"legs": 8}\n ' },
		{ text: '```json\n{"legs": 8}\n```' },
		{ text: 'Here it is:\n```\n{"legs": 8}\n```\nAnything else?' },
		{ text: 'The spider {a kind of arachnid} has: {"legs": 8}. Is that {what} you want?' },
		{ text: 'Sure! {"legs": 8, "note": null}' },
		{ text: '[{"legs": 8}]' },
		{ text: '{legs: 8, // all of them\n}' },
		{ text: "Answer: {'legs': 8,}" },
		{ text: '{"legs": 8' },
		{ text: '```json\n{"legs": 8' },
		{ text: 'An unclosed { and then {"legs": 8}' },
		{ text: '{"legs": 8, "unknown": {"deep": "}"}}' },
		{ text: '{"legs": 8, "__proto__": {"polluted": true}}' },
	])('in $text', ({ text }) => {
		expect(parseStructured(text, schema)).toEqual(eight)
	})

	test('takes the first object that fits', () => {
		expect(parseStructured('{"arms": 2} or {"legs": 8} or {"legs": 6}', schema)).toEqual(eight)
	})
})

describe('says what is wrong', () => {
	test('with the path of each issue', () => {
		const nested = z.object({ steps: z.array(z.object({ title: z.string() })) })
		const parsed = parseStructured('{"steps": [{"title": "a"}, {"title": 5}]}', nested)
		expect(parsed).toEqual({
			ok: false,
			problem: expect.stringMatching(/^The JSON object doesn't match the schema: steps\[1\]\.title: .*string.*\.$/),
		})
	})

	test('in few words, however much is wrong', () => {
		const wide = z.object(Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`field${index}`, z.string()])))
		const parsed = parseStructured('{}', wide)
		expect(parsed.ok ? '' : parsed.problem).toHaveLength(600)
	})

	test.each(['', 'Eight.', 'no { here', '"legs"'])('about the text %j', (text) => {
		expect(parseStructured(text, schema)).toMatchObject({ ok: false })
	})

	test('about a text that is far too long', () => {
		expect(parseStructured(' '.repeat(200_001), schema)).toMatchObject({
			ok: false,
			problem: expect.stringContaining('200000'),
		})
	})
})

test('a __proto__ key changes nothing and arrives nowhere', () => {
	const parsed = parseStructured('{"legs": 8, "__proto__": {"polluted": true}}', z.looseObject({ legs: z.number() }))
	expect(parsed).toEqual(eight)
	expect({}).not.toHaveProperty('polluted')
	expect(parsed.ok && Object.hasOwn(parsed.value, '__proto__')).toBe(false)
})

test('never throws', () => {
	const word = fc.constantFrom(
		'{',
		'}',
		'[',
		']',
		'"',
		'\\',
		':',
		',',
		'```json\n',
		'```',
		'{"legs":',
		'8',
		'null',
		'__proto__',
		'/*',
		"'",
	)
	const texts = fc.oneof(
		fc.string({ unit: fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code)) }),
		fc.array(word).map((words) => words.join('')),
		fc.json(),
	)
	fc.assert(
		fc.property(texts, (text) => {
			const parsed = parseStructured(text, schema)
			expect(parsed.ok ? parsed.value : parsed.problem).toBeTruthy()
		}),
		{ numRuns: 500 },
	)
})

test.each(['{', '[', '"', '{"a', '{"a":', '```json\n', '{"legs":"\\'])('is done quickly with a flood of %j', (part) => {
	const tree: z.ZodType = z.object({ a: z.lazy(() => tree) })
	expect(parseStructured(part.repeat(200_000 / part.length), tree)).toMatchObject({ ok: false })
})

test('gives back every object that was written as JSON', () => {
	const free = z.record(z.string(), z.json())
	const objects = fc.dictionary(
		fc.string().filter((key) => key !== '__proto__'),
		fc.oneof(fc.string(), fc.boolean(), fc.integer()),
	)
	fc.assert(
		fc.property(objects, fc.boolean(), (object, isFenced) => {
			const json = JSON.stringify(object)
			const parsed = parseStructured(isFenced ? `Here:\n\`\`\`json\n${json}\n\`\`\`` : json, free)
			expect(parsed).toEqual({ ok: true, value: { ...object } })
		}),
	)
})
