import { writeSync } from 'node:fs'
import { version } from './platform/program.ts'

/** The entry of both bins: the version is answered before anything else is loaded. */
const argv = process.argv.slice(2)
if (argv.length === 1 && argv[0] === '--version') writeSync(1, `ntfy ${version}\n`)
else void Promise.all([import('./cli/index.ts'), import('./commands/index.ts')]).then(runWith)

function runWith([{ runCommandLine }, { commands }]: [
  typeof import('./cli/index.ts'),
  typeof import('./commands/index.ts'),
]) {
  return runCommandLine(argv, commands)
}
