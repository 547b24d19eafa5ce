import { defineCommand } from '../command.ts'
import { exitCode, UsageError } from '../errors.ts'
import { print } from '../output.ts'
import { didYouMean } from '../suggest.ts'
import { commands } from './index.ts'

export default defineCommand({
  name: 'help',
  words: '[COMMAND]',
  summary: 'show help, of a command if one is named',
  flags: {},
  maxWords: 1,
  async run({ words: [name] }) {
    const { commandHelp, overview } = await import('../parser.ts')
    if (name === undefined) {
      print(`${await overview()}\n`)
      return exitCode.ok
    }
    const load = Object.hasOwn(commands, name) ? commands[name] : undefined
    if (load === undefined) throw new UsageError(`unknown command ${name}${didYouMean(name, Object.keys(commands))}`)
    print(`${await commandHelp((await load()).default)}\n`)
    return exitCode.ok
  },
})
