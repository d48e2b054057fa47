/** What is used of the one file, of which the package has no types. */
declare module 'mathjs/lib/browser/math.js' {
	import type { ConfigOptions, MathJsInstance } from 'mathjs'

	const math: { create(config: ConfigOptions): MathJsInstance }
	export = math
}
