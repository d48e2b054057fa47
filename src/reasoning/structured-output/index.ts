export { jsonSchemaFor } from './json-schema.ts'
export { parseStructured } from './parse-structured.ts'
