import { describe, expect, test } from 'vitest'
import { stages } from '../src/stages/index.ts'
import {
	exists,
	factsOf,
	foldersIn,
	type Import,
	parseFile,
	pathsUnder,
	readText,
	type SourceFile,
} from './support/source-files.ts'

/** Which folders of src/ a folder of it may import, besides itself. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
	core: [],
	checks: ['core'],
	prompts: ['core', 'checks'],
	models: ['core'],
	'models/practice': [],
	store: ['core'],
	queue: ['core'],
	stages: ['core', 'checks'],
	reasoning: ['core', 'checks', 'stages'],
	worker: ['core', 'reasoning'],
	intake: ['core'],
	rendering: ['core'],
	markdown: [],
	delivery: ['core', 'rendering'],
	config: ['core', 'models'],
	telemetry: ['core'],
}
/** Wires everything together, and so may import everything. */
const wiring = 'cli'
const adaptersMayImport = ['core', 'rendering', 'markdown']

/** Packages that only some folders know. */
const packageOwners: readonly { readonly packages: RegExp; readonly folders: readonly string[] }[] = [
	{ packages: /^bullmq$/, folders: ['queue', 'store'] },
	{ packages: /^ioredis$/, folders: ['queue'] },
	{ packages: /^openai$/, folders: ['models', 'models/practice'] },
	{ packages: /^(?:prom-client|@opentelemetry\/.+)$/, folders: ['telemetry'] },
	{ packages: /^(?:pg|@electric-sql\/pglite|drizzle-orm)$/, folders: ['store'] },
]

/** An adapter's harness belongs to the contract suite, though it lives with the adapter. */
const isTest = (path: string) => path.endsWith('.test.ts') || /^adapters\/[^/]+\/harness\.ts$/.test(path)
const everything = ['src', 'adapters', 'tests'].flatMap((folder) => pathsUnder(folder, '.ts')).map(parseFile)
const program = everything.filter(({ path }) => !isTest(path) && !path.startsWith('tests/'))
const sources = program.filter(({ path }) => path.startsWith('src/'))
const adapters = program.filter(({ path }) => path.startsWith('adapters/'))

/** The part of the program that a file belongs to: `core` for src/core/run.ts, `adapters/x` for adapters/x/index.ts. */
function partOf(path: string): string {
	const [top, folder = '', ...rest] = path.split('/')
	if (path.startsWith('src/models/practice/')) return 'models/practice'
	if (top === 'src') return rest.length === 0 ? 'src' : folder
	return rest.length === 0 ? `${top}` : `${top}/${folder}`
}

function packageOf(specifier: string): string {
	return specifier
		.split('/')
		.slice(0, specifier.startsWith('@') ? 2 : 1)
		.join('/')
}

function allowedFor(part: string): readonly string[] | 'everything' {
	if (part === wiring) return 'everything'
	if (part === 'adapters') return [...adaptersMayImport, ...foldersIn('adapters').map((name) => `adapters/${name}`)]
	return part.startsWith('adapters/') ? adaptersMayImport : (mayImport[part] ?? [])
}

/** One line for every import of a file for which the rule has something to say. */
function complaints(
	files: readonly SourceFile[],
	rule: (imported: Import, file: SourceFile) => boolean,
): readonly string[] {
	return files.flatMap((file) =>
		file.imports.filter((imported) => rule(imported, file)).map(({ target }) => `${file.path} imports ${target}`),
	)
}

function breaksTable({ kind, target }: Import, { path }: SourceFile): boolean {
	const [from, to] = [partOf(path), partOf(target)]
	const allowed = allowedFor(from)
	return (
		kind === 'file' && from !== to && (to === 'models/practice' || (allowed !== 'everything' && !allowed.includes(to)))
	)
}

function isComputed({ kind }: Import): boolean {
	return kind === 'computed'
}

function passesIndex({ kind, target }: Import, { path }: SourceFile): boolean {
	const [from, to] = [partOf(path), partOf(target)]
	return kind === 'file' && from !== to && to !== 'core' && !target.endsWith('/index.ts')
}

describe('imports', () => {
	test('every folder of src has its place among the rules', () => {
		const folders = [...new Set(sources.map(({ path }) => partOf(path)))]
		expect(folders.filter((folder) => folder !== wiring && !(folder in mayImport))).toEqual([])
	})

	test('go one way, from folder to folder', () => {
		expect(complaints(program, breaksTable)).toEqual([])
	})

	test('of another folder go through its index, except those of the core', () => {
		expect(complaints(program, passesIndex)).toEqual([])
	})

	test('of the core are zod and nothing else', () => {
		const foreign = ({ kind, target }: Import) => kind === 'package' && target !== 'zod'
		expect(
			complaints(
				sources.filter(({ path }) => partOf(path) === 'core'),
				foreign,
			),
		).toEqual([])
	})

	test("of packages with an owner are its owner's", () => {
		const stolen = ({ kind, target }: Import, { path }: SourceFile) =>
			kind === 'package' &&
			packageOwners.some(({ packages, folders }) => packages.test(packageOf(target)) && !folders.includes(partOf(path)))
		expect(complaints(program, stolen)).toEqual([])
	})

	test('of tests are for tests only', () => {
		const ofTests = ({ kind, target }: Import) => kind === 'file' && (target.startsWith('tests/') || isTest(target))
		expect(complaints(program, ofTests)).toEqual([])
	})

	test('name files that are there', () => {
		expect(complaints(everything, ({ kind, target }) => kind === 'file' && !exists(target))).toEqual([])
	})

	test('say what they import: what is put together when the program runs could be anything', () => {
		expect(complaints(program, isComputed)).toEqual([])
	})

	test('run in no circle', () => {
		expect(circlesIn(everything)).toEqual([])
	})
})

/** Every circle of imports, as the files along it. */
function circlesIn(files: readonly SourceFile[]): readonly string[] {
	const byPath = new Map(files.map((file) => [file.path, file]))
	const done = new Set<string>()
	const circles: string[] = []
	const visit = (path: string, trail: readonly string[]): void => {
		if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
		if (trail.includes(path) || done.has(path)) return
		for (const { kind, target } of byPath.get(path)?.imports ?? []) {
			if (kind === 'file') visit(target, [...trail, path])
		}
		done.add(path)
	}
	for (const { path } of files) visit(path, [])
	return circles
}

describe('the program', () => {
	test('knows no platform by name outside of its adapter and of what wires it', () => {
		const others = foldersIn('adapters').filter((name) => name !== 'terminal')
		const names = new RegExp([...new Set(['slack', 'discord', ...others])].join('|'), 'i')
		const readable = pathsUnder('src', '.ts', '.md', '.yaml').filter((path) => !/^src\/(?:cli|config)\//.test(path))
		expect(readable.filter((path) => names.test(readText(path)))).toEqual([])
	})

	test('reads the environment in one place only', () => {
		const reading = program.filter(({ readsEnvironment }) => readsEnvironment).map(({ path }) => path)
		expect(reading.filter((path) => !['config', wiring].includes(partOf(path)))).toEqual([])
	})

	test('has no default exports', () => {
		expect(everything.filter(({ hasDefaultExport }) => hasDefaultExport).map(({ path }) => path)).toEqual([])
	})

	test('has no files or folders for what has no name', () => {
		const nameless = /(?:^|\/)(?:utils?|helpers?|common|types?|misc|shared|lib)(?:\.|\/)/
		expect(everything.map(({ path }) => path).filter((path) => nameless.test(path))).toEqual([])
	})

	test('names what leaves a folder: no index exports everything of another file', () => {
		expect(everything.filter(({ text }) => /^export \*/m.test(text)).map(({ path }) => path)).toEqual([])
	})
})

describe('registries', () => {
	test('every folder of stages is a stage that workflows can name', () => {
		expect(stages.map(({ kind }) => kind).toSorted()).toEqual(foldersIn('src/stages').toSorted())
	})

	test('every folder of adapters is in their registry', () => {
		const registry = adapters.find(({ path }) => path === 'adapters/index.ts')
		const registered = registry?.imports.map(({ target }) => partOf(target)) ?? []
		const folders = foldersIn('adapters').map((name) => `adapters/${name}`)
		expect(registry === undefined ? [] : folders.filter((folder) => !registered.includes(folder))).toEqual([])
	})
})

test('every path that the documentation names is there', () => {
	const pages = [...['README.md', 'CONTRIBUTING.md'].filter(exists), ...pathsUnder('docs', '.md')]
	const named = pages.flatMap((page) => pathsNamedIn(readText(page)).map((path) => ({ page, path })))
	expect(named.filter(({ path }) => !exists(path)).map(({ page, path }) => `${page} names ${path}`)).toEqual([])
})

/** What stands in backticks and looks like a path of this repository. A placeholder such as `<stage>` or `*` makes it none. */
function pathsNamedIn(text: string): readonly string[] {
	const path = /^(?:src|adapters|tests|docs|benchmarks|\.github)\/[\w./-]*$/
	return [...text.matchAll(/`([^`\n]+)`/g)].flatMap(([, quoted = '']) => (path.test(quoted) ? [quoted] : []))
}

describe('these rules notice', () => {
	const bad = (path: string, text: string) => [factsOf(path, text)]

	test('an import that goes the wrong way, in whatever form', () => {
		const forms = [
			"import { x } from '../store/index.ts'",
			"import type { X } from '../store/index.ts'",
			"import '../store/index.ts'",
			"export { x } from '../store/index.ts'",
			"await import('../store/index.ts')",
			'await import(`../store/index.ts`)',
			"type X = import('../store/index.ts').X",
			"require('../store/index.ts')",
		]
		for (const form of forms) expect(complaints(bad('src/core/run.ts', form), breaksTable)).toHaveLength(1)
		expect(complaints(bad('adapters/one/index.ts', "import '../two/index.ts'"), breaksTable)).toHaveLength(1)
		expect(complaints(bad('src/store/x.ts', "import '../../adapters/one/index.ts'"), breaksTable)).toHaveLength(1)
		expect(complaints(bad('src/cli/x.ts', "import '../models/practice/main.ts'"), breaksTable)).toHaveLength(1)
	})

	test('an import of which only the running program knows what it is', () => {
		for (const form of [
			'await import(path)',
			"await import('../' + name)",
			'require(path)',
			'createRequire(here)(path)',
		])
			expect(complaints(bad('src/core/run.ts', form), isComputed)).toHaveLength(1)
	})

	test('an import past an index, a default export, a circle and the environment', () => {
		expect(complaints(bad('src/cli/x.ts', "import '../store/rows.ts'"), passesIndex)).toHaveLength(1)
		expect(bad('src/core/x.ts', 'export default 1')[0]?.hasDefaultExport).toBe(true)
		expect(circlesIn([factsOf('a.ts', "import './b.ts'"), factsOf('b.ts', "import './a.ts'")])).toEqual([
			'a.ts → b.ts → a.ts',
		])
		for (const text of [
			'process.env.X',
			"process['env']",
			'const { env } = process',
			"import { env } from 'node:process'",
		]) {
			expect(bad('src/core/x.ts', text)[0]?.readsEnvironment).toBe(true)
		}
	})
})
