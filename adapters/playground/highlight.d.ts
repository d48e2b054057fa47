/**
 * The types of highlight.js bring those of browsers along, for the whole program. Only lowlight imports them, and needs no more than
 * this; tsconfig.json leads here.
 */
export type LanguageFn = (api: unknown) => object
export type CompilerExtension = unknown
