import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type MemberExpression, type ParseResult, parseSync, Visitor } from 'oxc-parser'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** One TypeScript file of the repository, parsed as far as the rules of the architecture need it. */
export type SourceFile = {
	/** From the root of the repository, with slashes. */
	readonly path: string
	readonly text: string
	/** Packages as written, and files of the repository by their paths. */
	readonly imports: readonly Import[]
	readonly hasDefaultExport: boolean
	readonly readsEnvironment: boolean
}

export type Import = { readonly kind: 'package' | 'file'; readonly target: string; readonly typeOnly: boolean }

/** The paths of all files under a folder whose names end in one of the given ways. */
export function pathsUnder(folder: string, ...endings: readonly string[]): readonly string[] {
	const absolute = join(root, folder)
	if (!existsSync(absolute)) return []
	return readdirSync(absolute, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
		.map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
		.filter((path) => !path.includes('node_modules/'))
		.toSorted()
}

/** The names of the folders right under a folder. */
export function foldersIn(folder: string): readonly string[] {
	return readdirSync(join(root, folder), { withFileTypes: true })
		.filter((entry) => entry.isDirectory())
		.map(({ name }) => name)
}

export function readText(path: string): string {
	return readFileSync(join(root, path), 'utf8')
}

export function exists(path: string): boolean {
	return existsSync(join(root, path))
}

export function parseFile(path: string): SourceFile {
	const text = readText(path)
	return factsOf(path, text)
}

/** The facts of a file with the given text, which need not exist. */
export function factsOf(path: string, text: string): SourceFile {
	const parsed = parseSync(path, text)
	if (parsed.errors.length > 0) throw new Error(`${path} can't be parsed: ${parsed.errors[0]?.message}`)
	return {
		path,
		text,
		imports: importsOf(parsed, text).map(({ request, typeOnly }) => toImport(path, request, typeOnly)),
		hasDefaultExport: parsed.module.staticExports
			.flatMap(({ entries }) => entries)
			.some(({ exportName }) => exportName.kind === 'Default'),
		readsEnvironment: readsEnvironment(parsed),
	}
}

type Request = { readonly request: string; readonly typeOnly: boolean }

function importsOf({ module }: ParseResult, text: string): readonly Request[] {
	const imported = module.staticImports.map(({ moduleRequest, entries }) => ({
		request: moduleRequest.value,
		typeOnly: entries.length > 0 && entries.every(({ isType }) => isType),
	}))
	const exported = module.staticExports
		.flatMap(({ entries }) => entries)
		.flatMap(({ moduleRequest, isType }) =>
			moduleRequest === null ? [] : [{ request: moduleRequest.value, typeOnly: isType }],
		)
	const dynamic = module.dynamicImports.map(({ moduleRequest: { start, end } }) => ({
		request: text.slice(start, end).replaceAll(/^['"`]|['"`]$/g, ''),
		typeOnly: false,
	}))
	return [...imported, ...exported, ...dynamic]
}

function toImport(path: string, request: string, typeOnly: boolean): Import {
	if (!request.startsWith('.')) return { kind: 'package', target: request, typeOnly }
	return { kind: 'file', target: join(dirname(path), request).replaceAll('\\', '/'), typeOnly }
}

function readsEnvironment({ program, module }: ParseResult): boolean {
	let found = module.staticImports.some(
		({ moduleRequest, entries }) =>
			/^(?:node:)?process$/.test(moduleRequest.value) && entries.some(({ importName }) => importName.name === 'env'),
	)
	new Visitor({
		MemberExpression: (node: MemberExpression) => {
			found ||= isNamed(node.object, 'process') && (isNamed(node.property, 'env') || node.computed)
		},
		VariableDeclarator: ({ id, init }) => {
			found ||= init !== null && isNamed(init, 'process') && id.type === 'ObjectPattern'
		},
	}).visit(program)
	return found
}

function isNamed(node: { readonly type: string; readonly name?: unknown }, name: string): boolean {
	return node.type === 'Identifier' && node.name === name
}
