export type { Follow } from './deliver-run.ts'
export { type Delivery, type DeliveryDependencies, startDelivery } from './delivery.ts'
export { showRun } from './show-run.ts'
