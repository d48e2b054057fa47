export { jsonSchemaFor } from './json-schema.ts'
export { parseStructured, type Structured } from './parse-structured.ts'
