import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
	type CallExpression,
	type Expression,
	type MemberExpression,
	type ParseResult,
	parseSync,
	Visitor,
} from 'oxc-parser'

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

/** `computed`: only the running program knows what is imported; the target is the expression. */
export type Import = {
	readonly kind: 'package' | 'file' | 'computed'
	readonly target: string
	readonly typeOnly: boolean
}

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
		imports: [...staticImports(parsed, path), ...importsWithin(parsed, path, text)],
		hasDefaultExport: parsed.module.staticExports
			.flatMap(({ entries }) => entries)
			.some(({ exportName }) => exportName.kind === 'Default'),
		readsEnvironment: readsEnvironment(parsed),
	}
}

function staticImports({ module }: ParseResult, path: string): readonly Import[] {
	const imported = module.staticImports.map(({ moduleRequest, entries }) => {
		const typeOnly = entries.length > 0 && entries.every(({ isType }) => isType)
		return toImport(path, moduleRequest.value, typeOnly)
	})
	const exported = module.staticExports
		.flatMap(({ entries }) => entries)
		.flatMap(({ moduleRequest, isType }) =>
			moduleRequest === null ? [] : [toImport(path, moduleRequest.value, isType)],
		)
	return [...imported, ...exported]
}

/** Where the program comes to them, by `require`, or of types alone. */
function importsWithin({ program }: ParseResult, path: string, text: string): readonly Import[] {
	const imports: Import[] = []
	const add = (source: Expression | undefined, typeOnly = false) => {
		if (source === undefined) return
		const request = writtenText(source)
		const target = text.slice(source.start, source.end)
		imports.push(request === null ? { kind: 'computed', target, typeOnly } : toImport(path, request, typeOnly))
	}
	// Under another name it would import what nobody here sees. What is taken out of it, such as `resolve`, imports nothing.
	const named = new Set<unknown>()
	new Visitor({
		VariableDeclarator: ({ id, init }) => {
			if (isNamed(id, 'require') || id.type === 'ObjectPattern') named.add(init)
		},
		ImportExpression: ({ source }) => add(source),
		TSImportType: ({ source }) => add(source, true),
		CallExpression: (call) => {
			if (isNamed(call.callee, 'require')) add(firstArgument(call))
			if (isNamed(call.callee, 'createRequire') && !named.has(call)) add(call)
		},
	}).visit(program)
	return imports
}

function firstArgument({ arguments: [first] }: CallExpression): Expression | undefined {
	return first === undefined || first.type === 'SpreadElement' ? undefined : first
}

/** What a string says; null where it is put together when the program runs. */
function writtenText(source: Expression): string | null {
	if (source.type === 'Literal' && typeof source.value === 'string') return source.value
	if (source.type !== 'TemplateLiteral' || source.expressions.length > 0) return null
	return source.quasis[0]?.value.cooked ?? null
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
