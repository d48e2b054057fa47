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
process.on('SIGINT', end)
if (process.send !== undefined) process.on('disconnect', end)
