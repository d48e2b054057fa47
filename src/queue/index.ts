export type { QueueLocation } from './backend.ts'
export { inspectRedis, type RedisFacts } from './inspect-redis.ts'
export { createJobQueue } from './job-queue.ts'
