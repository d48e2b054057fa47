export { type DeliveredRun, deliverRun, type Follow } from './deliver-run.ts'
