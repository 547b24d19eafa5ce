import { defineCommand } from '../cli/command.ts'
import { exitCode } from '../platform/errors.ts'
import { print } from '../platform/output.ts'
import { version } from '../platform/program.ts'

export default defineCommand({
  name: 'version',
  words: '',
  summary: 'show the version',
  flags: {},
  maxWords: 0,
  takes: [],
  hidden: true,
  async run() {
    print(`ntfy ${version}\n`)
    return exitCode.ok
  },
})
