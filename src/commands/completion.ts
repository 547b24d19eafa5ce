import { backends } from '../backends/index.ts'
import { defineCommand } from '../cli/command.ts'
import { loadConfig } from '../config/index.ts'
import { exitCode, UsageError } from '../platform/errors.ts'
import { print } from '../platform/output.ts'
import { didYouMean } from '../platform/suggest.ts'
import { oneLine } from '../platform/text.ts'
import { shells } from '../shell/shells.ts'

export default defineCommand({
  name: 'completion',
  words: 'bash|zsh|fish',
  summary: 'print the completion of a shell',
  group: 'scripts',
  examples: [['eval "$(ntfy completion bash)"', 'in this shell']],
  flags: { targets: { kind: 'boolean', hidden: true, description: 'the names that -b takes' } },
  maxWords: 1,
  async run({ flags, words: [shell], global, commands }) {
    if (flags.targets) {
      const { config } = await loadConfig(global.config)
      const own = Object.values(config.targets).filter(({ backend }) => backend !== '')
      const names = [...own.map(({ name }) => name), ...Object.keys(config.groups), ...Object.keys(backends)]
      // A name with a tab or a newline is no name that anybody could type.
      const typable = names.filter((name) => name !== '' && name === oneLine(name))
      print(`${[...new Set(typable)].join('\n')}\n`)
      return exitCode.ok
    }
    if (shell === undefined) throw new UsageError(`completion: one of ${shells.join(', ')} was expected`)
    const { completionScripts, offersOf } = await import('../cli/completion.ts')
    const script = Object.hasOwn(completionScripts, shell) ? completionScripts[shell] : undefined
    if (script === undefined) {
      throw new UsageError(
        `completion: unknown shell ${shell}${didYouMean(shell, shells)} (known: ${shells.join(', ')})`,
      )
    }
    const loaded = await Promise.all(Object.values(commands).map((load) => load()))
    print(script(offersOf(loaded.map((module) => module.default))))
    return exitCode.ok
  },
})
