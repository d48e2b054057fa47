import type { SQL } from 'drizzle-orm'
import { z } from 'zod'
import { type BudgetLevel, budgetMeasureSchema, dayBudgetScopeSchema } from '../core/budget-level.ts'
import {
	budgetsOf,
	type Charged,
	type DayBudgets,
	type DayLimit,
	limitsAnything,
	lowestOf,
	type Payer,
	type Spend,
	type SpendStore,
} from '../core/spend-store.ts'
import type { Database, Orm } from './database.ts'
import { sql } from './drizzle.ts'
import { execute, queryRows } from './rows.ts'
import { storable } from './storable.ts'

const amount = z.coerce.number()
const spendRow = z.object({
	scope: dayBudgetScopeSchema,
	day: z.string(),
	charged: z.boolean(),
	calls: amount,
	tokens: amount,
	cost_micro_usd: amount,
})
type SpendRow = z.infer<typeof spendRow>

const nothing: Spend = { calls: 0, tokens: 0, costMicroUsd: 0 }

/** Begins a new day. Never the server's time zone, which may be any. */
const today = sql`(now() at time zone 'UTC')::date`

/** The spend store on PostgreSQL, embedded or on a server. */
export function createSpendStore({ orm }: Pick<Database, 'orm'>, budgets: DayBudgets): SpendStore {
	const accountOf = (payer: Payer): Account => ({ orm, budgets: budgetsOf(payer, budgets), payer: storable(payer) })
	return {
		limits: (payer) => limitsAnything(budgetsOf(payer, budgets)),
		charge: (payer, spend, day) => chargeIfCovered(accountOf(payer), spend, day ?? null),
		correct: async (payer, day, difference) => {
			const account = accountOf(payer)
			const rows = await chargeRows(account, difference, { day, isForced: true })
			return rows.flatMap((row) => levelsOf(row, account.budgets, difference))
		},
		exhausted: async (payer) => {
			const account = accountOf(payer)
			if (!limitsAnything(account.budgets)) return null
			const rows = await readRows(account)
			return rows.flatMap((row) => levelsOf(row, account.budgets, nothing)).find(({ left }) => left === 0) ?? null
		},
	}
}

type Account = { readonly orm: Orm; readonly budgets: DayBudgets; readonly payer: Payer }
type Charging = { readonly day: string | null; readonly isForced: boolean }

async function chargeIfCovered(account: Account, spend: Spend, day: string | null): Promise<Charged> {
	const rows = await chargeRows(account, spend, { day, isForced: false })
	const [first] = rows
	if (first === undefined) return { outcome: 'charged', day: day ?? '', levels: [] }
	if (first.charged) {
		const levels = rows.flatMap((row) => levelsOf(row, account.budgets, spend))
		return { outcome: 'charged', day: first.day, levels }
	}
	const levels = rows.flatMap((row) => levelsOf(row, account.budgets, nothing))
	const uncovered = levels.filter(({ left, measure }) => spend[measure] > left)
	const budget = lowestOf(uncovered)
	if (budget === null) throw new Error('The database refused a charge that every budget covers.')
	return { outcome: 'refused', budget }
}

/** On the first charge of a day, the rows aren't there yet; when midnight comes in between, they aren't there again. */
const mostTries = 3

/** Charges all rows of the payer or none. Returns them as they were before; none where nothing is limited. */
async function chargeRows(account: Account, spend: Spend, charging: Charging): Promise<readonly SpendRow[]> {
	const { orm, budgets } = account
	const limited = limitedScopes(budgets)
	if (limited.length === 0) return []
	for (let tries = 1; tries <= mostTries; tries++) {
		const rows = await queryRows(orm, spendRow, chargeStatement(account, spend, charging))
		if (rows.length === limited.length) return rows
		await makeRows(account, charging.day)
	}
	throw new Error('There is nobody in the database whom this could be charged to.')
}

/**
 * Locks the rows in one fixed order, so that no two charges wait for each other; then either all of them grow or none. What
 * the locks give back is the newest state, and it stays so until the statement is over.
 */
function chargeStatement(account: Account, spend: Spend, { day, isForced }: Charging): SQL {
	return sql`
		with wanted as (${wantedRows(account)}), locked as (
			select s.installation_id, s.scope, s.subject, s.day, s.calls, s.tokens, s.cost_micro_usd,
				${fits(sql`s.calls`, spend.calls, sql`w.most_calls`)}
					and ${fits(sql`s.tokens`, spend.tokens, sql`w.most_tokens`)}
					and ${fits(sql`s.cost_micro_usd`, spend.costMicroUsd, sql`w.most_cost_micro_usd`)} as fits
			from threadwise.spend s join wanted w using (installation_id, scope, subject)
			where s.day = coalesce(${day}::date, ${today})
			order by s.scope desc
			for update of s
		), verdict as (
			select count(*) = (select count(*) from wanted) and (${isForced}::boolean or bool_and(fits)) as charged from locked
		), charged as (
			update threadwise.spend s
			set calls = s.calls + ${spend.calls}::bigint, tokens = s.tokens + ${spend.tokens}::bigint,
				cost_micro_usd = s.cost_micro_usd + ${spend.costMicroUsd}::bigint
			from locked, verdict
			where verdict.charged and s.installation_id = locked.installation_id and s.scope = locked.scope
				and s.subject = locked.subject and s.day = locked.day
		)
		select scope, to_char(day, 'YYYY-MM-DD') as day, charged, calls, tokens, cost_micro_usd from locked, verdict`
}

/** Giving back is never refused: somebody may have lowered the budget in the meantime. */
function fits(spent: SQL, more: number, most: SQL): SQL {
	return sql`(${more}::bigint <= 0 or ${most} is null or ${spent} + ${more}::bigint <= ${most})`
}

async function makeRows(account: Account, day: string | null): Promise<void> {
	await execute(
		account.orm,
		sql`
			with wanted as (${wantedRows(account)})
			insert into threadwise.spend (installation_id, scope, subject, day)
			select installation_id, scope, subject, coalesce(${day}::date, ${today}) from wanted order by scope desc
			on conflict do nothing`,
	)
}

function readRows(account: Account): Promise<readonly SpendRow[]> {
	return queryRows(
		account.orm,
		spendRow,
		sql`
			with wanted as (${wantedRows(account)})
			select scope, to_char(day, 'YYYY-MM-DD') as day, false as charged, calls, tokens, cost_micro_usd
			from threadwise.spend join wanted using (installation_id, scope, subject) where day = ${today}`,
	)
}

/** The keys of the payer's rows with their limits. */
function wantedRows({ budgets, payer }: Account): SQL {
	const subjects = { person: payer.personId, channel: payer.channelId, installation: '' }
	const rows = limitedScopes(budgets).map((scope) => ({
		scope,
		subject: subjects[scope],
		...columnsOf(budgets[scope]),
	}))
	return sql`
		select i.id as installation_id, w.scope, w.subject, w.most_calls, w.most_tokens, w.most_cost_micro_usd
		from threadwise.installations i, jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
			as w (scope text, subject text, most_calls bigint, most_tokens bigint, most_cost_micro_usd bigint)
		where i.platform = ${payer.platform} and i.workspace_id = ${payer.workspaceId} and i.app_id = ''
			and i.enterprise_id = ''`
}

function columnsOf({ calls, tokens, costMicroUsd }: DayLimit) {
	return { most_calls: calls, most_tokens: tokens, most_cost_micro_usd: costMicroUsd }
}

function limitedScopes(budgets: DayBudgets) {
	return dayBudgetScopeSchema.options.filter((scope) => Object.values(budgets[scope]).some((most) => most !== null))
}

/** The budgets that a row counts against, after something more was spent. */
function levelsOf(row: SpendRow, budgets: DayBudgets, more: Spend): readonly BudgetLevel[] {
	const spent: Spend = { calls: row.calls, tokens: row.tokens, costMicroUsd: row.cost_micro_usd }
	return budgetMeasureSchema.options.flatMap((measure) => {
		const limit = budgets[row.scope][measure]
		if (limit === null) return []
		return [{ scope: row.scope, measure, limit, left: Math.max(0, limit - spent[measure] - more[measure]) }]
	})
}
