import type { Program } from './program.ts'
import type { Reading } from './reading.ts'

/** One kind of question: gives the program that solves a question of its kind, and nothing for any other. */
export type Family = { readonly name: string; readonly solve: (reading: Reading) => Program | undefined }
