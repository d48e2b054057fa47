/** How long this thread has worked, in milliseconds: what a bound on work is measured with, whatever else the machine is doing. */
export function cpuMs(): number {
	const { user, system } = process.threadCpuUsage()
	return (user + system) / 1_000
}
