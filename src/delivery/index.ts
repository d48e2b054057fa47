export { deliverRun, type Follow } from './deliver-run.ts'
