export {
	type Calculation,
	type CalculationCheck,
	calculationsIn,
	checkCalculation,
	numbersIn,
	sameNumber,
} from './arithmetic.ts'
