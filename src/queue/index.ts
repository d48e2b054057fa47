export type { QueueLocation } from './backend.ts'
export { createJobQueue } from './job-queue.ts'
