import { writeSync } from 'node:fs'
import { version } from './platform/program.ts'
import { start } from './start/index.ts'

/** The entry of both bins: the version is answered before anything else is loaded. */
const argv = process.argv.slice(2)
if (argv.length === 1 && argv[0] === '--version') writeSync(1, `ntfy ${version}\n`)
else start(argv)
