export { type Actions, changeSettings } from './actions.ts'
export { checkQuestion, createIntake, type EditResult, type Intake } from './intake.ts'
export { startSweeper } from './sweeper.ts'
