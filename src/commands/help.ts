import { defineCommand } from '../cli/command.ts'
import { exitCode, UsageError } from '../platform/errors.ts'
import { print } from '../platform/output.ts'
import { didYouMean } from '../platform/suggest.ts'

export default defineCommand({
  name: 'help',
  words: '[COMMAND]',
  summary: 'show help for ntfy or for one command',
  examples: [['ntfy help done', 'all options of `ntfy done`']],
  flags: {},
  maxWords: 1,
  takes: [],
  async run({ words: [name], commands }) {
    const { commandHelp, overview } = await import('../cli/parser.ts')
    if (name === undefined) {
      print(`${await overview(commands, 'long')}\n`)
      return exitCode.ok
    }
    const load = Object.hasOwn(commands, name) ? commands[name] : undefined
    if (load === undefined) throw new UsageError(`unknown command ${name}${didYouMean(name, Object.keys(commands))}`)
    print(`${await commandHelp((await load()).default, 'long')}\n`)
    return exitCode.ok
  },
})
