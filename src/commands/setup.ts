import { basename } from 'node:path'
import { isatty } from 'node:tty'
import type { Backend } from '../backends/contract/backend.ts'
import { backendName, backends, loadBackend } from '../backends/index.ts'
import { defineCommand } from '../cli/command.ts'
import { fileToEdit, withTarget, writeConfig } from '../config/edit.ts'
import { loadConfig } from '../config/index.ts'
import { loadsHooks } from '../doctor/shells.ts'
import { ConfigError, exitCode, UsageError } from '../platform/errors.ts'
import { print, printLine } from '../platform/output.ts'
import { abbreviateHome } from '../platform/paths.ts'
import { didYouMean } from '../platform/suggest.ts'
import { shells } from '../shell/shells.ts'
import { hooksScript } from './shell-integration.ts'

/** What Ctrl-C ends a command with. */
const interrupted = 130

export default defineCommand({
  name: 'setup',
  words: '[BACKEND]',
  summary: 'set up a backend: ask, test and write the configuration',
  group: 'configuration',
  examples: [['ntfy setup ntfy_sh', 'notifications on the phone, with ntfy.sh']],
  flags: {},
  maxWords: 1,
  takes: ['backend'],
  async run({ words: [word], global }) {
    const named = word === undefined ? undefined : knownBackend(word)
    const file = fileToEdit(global.config)
    if (!isatty(0) || !isatty(1)) {
      throw new UsageError(
        `setup needs a terminal to ask its questions (without one, write ${abbreviateHome(file.path)}; ntfy backends ${named ?? 'NAME'} lists the options)`,
      )
    }
    const { config, problems } = await loadConfig(global.config)
    if (problems.length > 0) throw new ConfigError(problems.join('\n'))
    const questions = await import('../setup/questions.ts')
    try {
      const backend = await loadBackend(named ?? (await questions.askBackend(await listed())))
      print(`${[`${backend.title}: ${backend.homepage}`, ...(backend.setup ?? [])].join('\n')}\n\n`)
      const name = await questions.askName(backend, config)
      const settings = await questions.askOptions(backend)
      if (backend.name === 'ntfy_sh') {
        await (await import('../setup/topic.ts')).showTopic(settings['server'], settings['topic'])
      }
      if (!(await (await import('../setup/trial.ts')).tryOut(name, backend, settings, config))) return exitCode.ok
      const joined = await questions.askJoin(name, config)
      const text = await withTarget(file, { name, backend: backend.name, settings, backends: joined })
      writeConfig(file.path, text)
      printLine(`${file.path}: written`)
      await offerHooks()
      return exitCode.ok
    } catch (error) {
      if ((error as Error).name !== 'ExitPromptError') throw error
      print('\nstopped: nothing more was written\n')
      return interrupted
    }
  },
})

/** Offers to load the hooks where the user's shell does not. */
async function offerHooks(): Promise<void> {
  const shell = shells.find((one) => one === basename(process.env['SHELL'] ?? ''))
  if (shell === undefined || loadsHooks(shell)) return
  const { confirm } = await import('@inquirer/prompts')
  const message = `Notify about long commands in every new ${shell} shell?`
  if (!(await confirm({ message, default: true }))) {
    print('To do so later: ntfy shell-integration --install\n')
    return
  }
  const { install } = await import('../shell/install.ts')
  print(`${install(shell, hooksScript(shell))}: hooks installed\n`)
}

function knownBackend(word: string): string {
  const name = backendName(word)
  if (name !== undefined) return name
  throw new UsageError(`unknown backend ${word}${didYouMean(word, Object.keys(backends))}`)
}

async function listed(): Promise<Backend[]> {
  const all = await Promise.all(Object.keys(backends).map(loadBackend))
  return all.filter(({ name }) => name !== 'default').sort((one, other) => one.title.localeCompare(other.title))
}
