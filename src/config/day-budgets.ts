import type { DayBudgets, DayLimit } from '../core/spend-store.ts'
import type { ConfigFile } from './file.ts'
import type { VariableValues } from './variables.ts'

/** The budgets of a day; the variable wins over the file. */
export function dayBudgetsFrom({ THREADWISE_USD_PER_DAY: usdPerDay }: VariableValues, file: ConfigFile): DayBudgets {
	const { person, channel, installation } = file.budgets
	const installationInAll = usdPerDay === undefined ? installation : { ...installation, usdPerDay }
	return { person: limitFrom(person), channel: limitFrom(channel), installation: limitFrom(installationInAll) }
}

function limitFrom({
	usdPerDay,
	tokensPerDay,
	callsPerDay,
}: NonNullable<ConfigFile['budgets']['person']> = {}): DayLimit {
	return {
		calls: callsPerDay ?? null,
		tokens: tokensPerDay ?? null,
		costMicroUsd: usdPerDay === undefined ? null : Math.round(usdPerDay * 1_000_000),
	}
}
