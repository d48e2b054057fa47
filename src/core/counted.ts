/** A number of things in words, such as "1 step" and "6 steps". */
export function counted(count: number, noun: string): string {
	return `${count} ${count === 1 ? noun : `${noun}s`}`
}
