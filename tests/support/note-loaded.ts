import { appendFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

/** Imported before a program, notes the address of every module that it loads, a line each, in the file that LOADED_MODULES names. */
const { LOADED_MODULES: file = '' } = process.env

registerHooks({
	load: (url, context, nextLoad) => {
		appendFileSync(file, `${url}\n`)
		return nextLoad(url, context)
	},
})
