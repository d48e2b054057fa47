export type { QueueLocation } from './backend.ts'
export { createJobQueue, type QueueTroubleListener } from './job-queue.ts'
