import { holdDataFolder } from '../../src/store/index.ts'

/** A process of its own that holds a data folder until it is killed. */
const [path = ''] = process.argv.slice(2)
const held = holdDataFolder(path, 'start')
if (held.outcome === 'held-by-us') held.folder.announce(4321, 'token')
console.log(held.outcome)
setInterval(() => held, 60_000)
