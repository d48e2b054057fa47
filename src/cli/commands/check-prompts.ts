import { counted } from '../../core/counted.ts'
import { ThreadwiseError } from '../../core/errors.ts'
import type { PromptSource } from '../../core/prompt-source.ts'
import { addUsage, noUsage, toUsd, type Usage } from '../../core/usage.ts'
import { type CaseResult, checkCases, createFilePromptSource, loadCases, type PromptCase } from '../../prompts/index.ts'
import { askPrompt, type PromptReply } from '../../reasoning/index.ts'
import { createColumns } from '../columns.ts'
import { openModels } from '../open-models.ts'
import { createOpenParts } from '../open-parts.ts'
import type { Printer } from '../printer.ts'
import { type PromptUse, usesOfPrompts } from '../prompt-use.ts'
import { readSettings } from '../settings.ts'
import { promptFolders } from '../shipped-files.ts'

export type CheckOptions = {
	/** The only prompt to check, as `analyze` or `analyze@2`. */
	readonly prompt: string | null
	/** The alias to ask instead of those that the workflows use. */
	readonly model: string | null
}

/** Few enough for the limits of a small account. */
const concurrency = 4

/** Puts every case to the configured models, prints what came of each, and returns the exit status: 1 where one fails. */
export async function checkPrompts(options: CheckOptions, printer: Printer): Promise<number> {
	try {
		const prompts = createFilePromptSource(promptFolders)
		const chosen = chooseCases(loadCases(promptFolders, prompts), options.prompt)
		await using opened = createOpenParts()
		const { models, aliases, isPractice } = await openModels(readSettings(), undefined, opened)
		const uses = usesOfPrompts(prompts, aliases)
		const aliasFor = (prompt: string) => options.model ?? aliasOf(prompt, uses, prompts)
		const ask = ({ prompt, values }: PromptCase) =>
			askPrompt({ prompt, model: aliasFor(prompt), values }, { models, prompts }, unstopped)
		const left = isPractice ? chosen.filter(({ notForPractice }) => notForPractice !== null) : []
		const asked = chosen.filter((each) => !left.includes(each))
		const named = new Set(asked.map(({ prompt }) => aliasFor(prompt)))
		const who = [...named].map((alias) => ({ alias, model: models(alias).model }))
		const report = printer.format === 'json' ? jsonReport(printer) : textReport(printer)
		return await report({ results: checkCases(asked, ask, concurrency), asked, left, who, isPractice })
	} catch (error) {
		printer.fail(error)
		return 1
	}
}

/** Whoever presses Ctrl-C ends the process, and with it every request. */
const unstopped = new AbortController().signal

function chooseCases(cases: readonly PromptCase[], wanted: string | null): readonly PromptCase[] {
	const chosen = cases.filter(({ prompt }) => wanted === null || prompt === wanted || nameOf(prompt) === wanted)
	if (chosen.length > 0) return chosen.toSorted((left, right) => inOrder.compare(left.prompt, right.prompt))
	throw new ThreadwiseError('usage', `There are no cases of a prompt "${wanted}".`, {
		fix: `Use one of: ${[...new Set(cases.map(({ prompt }) => nameOf(prompt)))].toSorted().join(', ')}.`,
	})
}

const inOrder = new Intl.Collator('en', { numeric: true })

function nameOf(prompt: string): string {
	return prompt.split('@')[0] ?? prompt
}

/** The alias that asks with it; that of another version for a version that nobody asks with any more. */
function aliasOf(prompt: string, uses: readonly PromptUse[], prompts: PromptSource): string {
	const { name, hash } = prompts.get(prompt).identity
	const used = uses.map((use) => ({ ...use, identity: prompts.get(use.prompt).identity }))
	const use = used.find(({ identity }) => identity.hash === hash) ?? used.find(({ identity }) => identity.name === name)
	return use?.model ?? 'strong'
}

type Result = CaseResult<PromptReply>
type Checked = {
	readonly results: AsyncIterable<Result>
	readonly asked: readonly PromptCase[]
	/** What the practice model can't do. */
	readonly left: readonly PromptCase[]
	readonly who: readonly { readonly alias: string; readonly model: string }[]
	readonly isPractice: boolean
}
type Report = (checked: Checked) => Promise<number>

function textReport({ output }: Printer): Report {
	return async ({ results, asked, left, who, isPractice }) => {
		const head = ['PROMPT', 'CASE', 'RESULT']
		const line = createColumns([head, ...[...asked, ...left].map(({ prompt, name }) => [prompt, name, ''])])
		output.write(`${whoText(who, isPractice)}\n\n${line(head)}\n`)
		const done: Result[] = []
		for await (const result of results) {
			done.push(result)
			output.write(`${line([result.case.prompt, result.case.name, resultText(result)])}\n`)
		}
		for (const { prompt, name, notForPractice } of left)
			output.write(`${line([prompt, name, `not asked: ${notForPractice}`])}\n`)
		output.write(`\n${summary(done, left)}\n`)
		return exitStatus(done)
	}
}

function jsonReport({ output }: Printer): Report {
	return async ({ results, left, who, isPractice }) => {
		const done = await Array.fromAsync(results)
		const cases = [
			...done.map(({ case: { prompt, name }, reply, failures }) => ({
				prompt,
				name,
				status: failures.length === 0 ? 'ok' : 'failed',
				failures,
				reply: reply.text,
				usage: usageInUsd(reply.usage),
			})),
			...left.map(({ prompt, name, notForPractice }) => ({
				prompt,
				name,
				status: 'not-asked',
				because: notForPractice,
			})),
		]
		output.write(`${JSON.stringify({ models: who, isPractice, cases, usage: usageInUsd(spentOn(done)) })}\n`)
		return exitStatus(done)
	}
}

function exitStatus(done: readonly Result[]): number {
	return done.some(({ failures }) => failures.length > 0) ? 1 : 0
}

function whoText(who: Checked['who'], isPractice: boolean): string {
	const names = who.map(({ alias, model }) => `${alias} = ${model}`).join(', ')
	if (!isPractice) return `Asking ${names}.`
	return `Asking the practice model, since none is configured; npm run -s threadwise -- setup connects a real one (${names}).`
}

function resultText({ reply, failures }: Result): string {
	const repaired = reply.usage.calls > 1 ? ', but only when it was asked again' : ''
	if (failures.length === 0) return `ok${repaired}`
	return `failed: ${failures.join(' · ')} · The reply${repaired}: ${shortened(reply.text)}`
}

function summary(done: readonly Result[], left: readonly PromptCase[]): string {
	const failed = done.filter(({ failures }) => failures.length > 0).length
	const { calls, inputTokens, outputTokens, costMicroUsd } = spentOn(done)
	const notAsked = left.length === 0 ? '' : `, ${left.length} not asked`
	const spent = `${counted(calls, 'call')}, ${inputTokens + outputTokens} tokens, $${toUsd(costMicroUsd).toFixed(4)}`
	return `${done.length - failed} of ${counted(done.length, 'case')} ok${notAsked}. ${spent}.`
}

function spentOn(done: readonly Result[]): Usage {
	return done.map(({ reply }) => reply.usage).reduce(addUsage, noUsage)
}

function usageInUsd({ costMicroUsd, ...counts }: Usage) {
	return { ...counts, costUsd: toUsd(costMicroUsd) }
}

const longestReply = 300

function shortened(text: string): string {
	const line = text.replaceAll(/\s+/g, ' ').trim()
	return line.length > longestReply ? `${line.slice(0, longestReply - 1)}…` : line
}
