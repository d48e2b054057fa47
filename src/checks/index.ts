export { type Calculation, checkCalculation, numbersIn, sameNumber } from './arithmetic.ts'
export { calculationsIn } from './stated-calculations.ts'
