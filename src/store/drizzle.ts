import { createRequire } from 'node:module'

/**
 * Drizzle, by its CommonJS files. For each of its ES modules Node reads the long list of exports in its package.json again, which would
 * take a third of a second of every start.
 */
const require = createRequire(import.meta.url)

export const { and, eq, isNull, ne, or, sql }: typeof import('drizzle-orm') = require('drizzle-orm')
export const pgCore: typeof import('drizzle-orm/pg-core') = require('drizzle-orm/pg-core')
export const { drizzle: drizzlePg }: typeof import('drizzle-orm/node-postgres') = require('drizzle-orm/node-postgres')
export const { migrate: migratePg }: typeof import('drizzle-orm/node-postgres/migrator') =
	require('drizzle-orm/node-postgres/migrator')
export const { drizzle: drizzlePglite }: typeof import('drizzle-orm/pglite') = require('drizzle-orm/pglite')
export const { migrate: migratePglite }: typeof import('drizzle-orm/pglite/migrator') =
	require('drizzle-orm/pglite/migrator')
/** The copy that Drizzle loads as well. */
export const { PGlite }: typeof import('@electric-sql/pglite') = require('@electric-sql/pglite')
export const { readMigrationFiles }: typeof import('drizzle-orm/migrator') = require('drizzle-orm/migrator')
