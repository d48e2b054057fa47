/** How long this thread has worked, in milliseconds: what a bound on work is measured with, whatever else the machine is doing. */
export function processorTimeMs(): number {
	const { user, system } = process.threadCpuUsage()
	return (user + system) / 1_000
}

/** How long some work takes this thread, in milliseconds. */
export function processorMs(work: () => unknown): number {
	const before = processorTimeMs()
	work()
	return processorTimeMs() - before
}
