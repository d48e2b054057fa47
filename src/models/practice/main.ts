import type { AddressInfo } from 'node:net'
import { readOptions } from './options.ts'
import { createPracticeServer } from './server.ts'

const options = readOptions(process.argv)
const server = createPracticeServer(options)

server.on('error', (error) => {
	console.error(`The practice model can't listen on port ${options.port}: ${error.message}`)
	process.exit(1)
})
server.listen(options.port, '127.0.0.1', () => {
	const { port } = server.address() as AddressInfo
	console.log(JSON.stringify({ port }))
})

/** Nothing of a reply is worth waiting for: the caller is gone or wants us gone. */
const end = (): never => process.exit(0)
process.on('SIGTERM', end)
// Ctrl-C reaches every process of a terminal; a child must outlive it until its parent has stopped what it asked for.
process.on('SIGINT', process.send === undefined ? end : () => {})
if (process.send !== undefined) process.on('disconnect', end)
