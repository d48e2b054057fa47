import { LogLevel } from '@slack/bolt'

type Logger = {
	debug(...said: unknown[]): void
	info(...said: unknown[]): void
	warn(...said: unknown[]): void
	error(...said: unknown[]): void
	setLevel(level: LogLevel): void
	getLevel(): LogLevel
	setName(name: string): void
}

/** Slack's libraries write to the console by themselves; what they warn of is told to whoever logs here, the rest to nobody. */
export function quietLogger(tell: (warning: string) => void): Logger {
	const nothing = () => {}
	const told = (...said: unknown[]) => tell(said.map(String).join(' '))
	return {
		debug: nothing,
		info: nothing,
		warn: told,
		error: told,
		setLevel: nothing,
		getLevel: () => LogLevel.WARN,
		setName: nothing,
	}
}
