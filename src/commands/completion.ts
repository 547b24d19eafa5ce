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
  summary: 'print the completion script of a shell',
  group: 'scripts',
  examples: [['eval "$(ntfy completion bash)"', 'in this shell']],
  flags: {
    targets: { kind: 'boolean', hidden: true, description: 'the names that -b accepts' },
    pids: { kind: 'boolean', hidden: true, description: 'the processes that done --pid accepts' },
  },
  maxWords: 1,
  takes: [],
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
    if (flags.pids) {
      print((await ownProcesses()).join(''))
      return exitCode.ok
    }
    if (shell === undefined) throw new UsageError(`completion: expected one of ${shells.join(', ')}`)
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

/** How long a shell waits for the list of processes, milliseconds. */
const patience = 2000

/**
 * A line for each process of the user's: its number, a tab, its name; but not for those that make the list, nor for
 * root's kernel threads.
 */
async function ownProcesses(): Promise<string[]> {
  const { listProcesses } = await import('../process/list.ts')
  const all = await listProcesses({ everybody: false }, AbortSignal.timeout(patience))
  const others = all.filter(
    ({ pid, ppid, path, cmd = '' }) =>
      pid !== process.pid && ppid !== process.pid && !(path === '' && cmd.startsWith('[')),
  )
  return others.map(({ pid, name }) => `${pid}\t${oneLine(name)}\n`)
}
