export { type Calculation, type CalculationCheck, checkCalculation, numbersIn, sameNumber } from './arithmetic.ts'
export { calculationsIn } from './stated-calculations.ts'
