export { changeSettings } from './actions.ts'
export type { ReadEarlier } from './earlier.ts'
export { checkQuestion, createIntake, type Intake } from './intake.ts'
export { startSweeper } from './sweeper.ts'
