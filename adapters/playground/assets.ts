import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire, stripTypeScriptTypes } from 'node:module'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A file of the page, as a browser gets it. */
export type Asset = { readonly body: string | Uint8Array<ArrayBuffer>; readonly type: string; readonly etag: string }

/** The files of the page by their paths below /assets/. Nothing else can be asked for. */
export type Assets = { read(path: string): Asset | null }

const folder = fileURLToPath(new URL('./page', import.meta.url))
const types: Readonly<Record<string, string>> = {
	'.ts': 'text/javascript; charset=utf-8',
	'.mjs': 'text/javascript; charset=utf-8',
	'.css': 'text/css; charset=utf-8',
	'.svg': 'image/svg+xml',
	'.woff2': 'font/woff2',
}

/**
 * What the page imports from outside of its folder, by the names by which it does: packages, and a file of the renderer (`imports` in
 * package.json), which a browser can't reach through its index. These files are all that is served of there.
 */
const modules: readonly string[] = ['preact', 'preact/hooks', '#plain-text']

/** The import map of the document: names of packages and where they are served. */
export const importMap = {
	imports: Object.fromEntries(modules.map((name) => [name, `/assets/${modulePath(name)}`])),
}

/** No modules: they run before anything is painted. */
const classicScripts: ReadonlySet<string> = new Set(['theme-first.ts'])

/**
 * What the page loads in any case. A browser that finds each import only in the file that has it would ask for one level after the
 * other, eight of them.
 */
export const preloads = {
	modules: [
		...modules.map(modulePath),
		...pageFiles().filter((path) => path.endsWith('.ts') && !classicScripts.has(path)),
	],
	styles: pageFiles().filter((path) => path.endsWith('.css') && path !== 'style.css'),
} as const

function modulePath(name: string): string {
	return `modules/${name.replace('#', '')}.mjs`
}

/** Everything is read and made ready here, once, so an address is looked up, never resolved, and no request changes this process. */
export function openAssets(): Assets {
	const { resolve } = createRequire(import.meta.url)
	const assets = new Map<string, Asset>([
		...modules.map((name): [string, Asset] => [modulePath(name), toAsset(resolve(name))]),
		...pageFiles().map((path): [string, Asset] => [path, toAsset(join(folder, path))]),
	])
	return { read: (path) => assets.get(path) ?? null }
}

function pageFiles(): readonly string[] {
	const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => path.replaceAll('\\', '/'))
	return found.filter((path) => extname(path) in types && !path.endsWith('.test.ts') && !path.endsWith('.d.ts'))
}

function toAsset(file: string): Asset {
	const content = readFileSync(file)
	const body = file.endsWith('.ts') ? withoutTypes(content.toString()) : new Uint8Array(content)
	const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
	return { body, type: types[extname(file)] ?? 'application/octet-stream', etag }
}

/** Node strips types from its own programs without a word, but says of the function that it is new. Nobody here can do anything about that. */
function withoutTypes(source: string): string {
	const emitWarning = process.emitWarning
	process.emitWarning = () => {}
	try {
		return stripTypeScriptTypes(source)
	} finally {
		process.emitWarning = emitWarning
	}
}
