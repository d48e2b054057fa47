export { checkQuestion, createIntake, type Intake, type IntakeDependencies } from './intake.ts'
export { startSweeper } from './sweeper.ts'
