import { type Finding, ok, problem, warning } from '../../core/check.ts'
import type { DataFolderFacts } from '../../store/index.ts'
import { connectToHolder } from '../control-client.ts'

const gigabyte = 1024 ** 3
const leastFreeBytes = gigabyte / 10
const comfortableFreeBytes = gigabyte

/** What is known about the folder of the embedded database. */
export async function folderFinding(path: string, { exists, freeBytes, holder }: DataFolderFacts): Promise<Finding> {
	const free = `${(freeBytes / gigabyte).toFixed(1)} GB free`
	const roomFix = 'Make room on that disk, or set THREADWISE_DATA_DIR to a folder on another one.'
	if (freeBytes < leastFreeBytes) return problem(`The disk of ${path} is full: ${free}.`, roomFix)
	const use = await useOf(holder)
	if (use === 'starting') {
		return warning(`${path} is in use by ${nameOf(holder)}, which is starting.`, 'Try again in a moment.')
	}
	if (use === 'silent') {
		return problem(
			`${path} is in use by ${nameOf(holder)}, which doesn't answer.`,
			'End that process, or set THREADWISE_DATA_DIR to another folder.',
		)
	}
	const about = [path, exists ? 'can be written to' : 'will be made by the first start', free]
	const text = [...about, ...(use === 'nobody' ? [] : [`in use by ${nameOf(holder)}`])].join(', ')
	return freeBytes < comfortableFreeBytes ? warning(`${text}.`, roomFix) : ok(text)
}

async function useOf(holder: DataFolderFacts['holder']): Promise<'nobody' | 'starting' | 'answers' | 'silent'> {
	if (holder === 'nobody') return 'nobody'
	if (holder === 'unknown' || holder.control === null) return 'starting'
	return (await connectToHolder(holder.control)) === null ? 'silent' : 'answers'
}

function nameOf(holder: DataFolderFacts['holder']): string {
	if (typeof holder === 'string') return 'another process'
	return `threadwise ${holder.command} (process ${holder.processId}, since ${holder.startedAt})`
}
