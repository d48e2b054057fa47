import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { z } from 'zod'

const resultSchema = z.object({
	violations: z.array(
		z.object({
			id: z.string(),
			help: z.string(),
			nodes: z.array(z.object({ target: z.array(z.unknown()), failureSummary: z.string().optional() })),
		}),
	),
})

/**
 * What axe-core has to say against the page as it is now: one line for each element and rule. It preloads no style sheets, since it would
 * put them into the page inline, which the policy of the page forbids.
 */
export async function violationsOn(page: Page): Promise<readonly string[]> {
	await page.evaluate(axe.source)
	const result = resultSchema.parse(
		await page.evaluate('axe.run(document, { preload: false, resultTypes: ["violations"] })'),
	)
	return result.violations.flatMap(({ id, help, nodes }) =>
		nodes.map(({ target, failureSummary = '' }) => `${id} (${help}) at ${target.join(' ')}: ${failureSummary}`),
	)
}
