export type { WorkerDependencies } from './work-on-run.ts'
export { type RunningWorker, startWorker, type WorkerOptions } from './worker.ts'
