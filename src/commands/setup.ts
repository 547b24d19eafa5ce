import { isatty } from 'node:tty'
import type { Backend } from '../backends/contract/backend.ts'
import { findOption, readOption } from '../backends/contract/read-option.ts'
import { backendName, backends, loadBackend } from '../backends/index.ts'
import { defineCommand } from '../cli/command.ts'
import { fileToEdit, hasTitle, withTarget, withTitle, writeConfig } from '../config/edit.ts'
import { loadConfig } from '../config/index.ts'
import type { Config, Target } from '../config/types.ts'
import { loadsHooks } from '../doctor/shells.ts'
import { ConfigError, exitCode, UsageError } from '../platform/errors.ts'
import { print, printLine } from '../platform/output.ts'
import { abbreviateHome } from '../platform/paths.ts'
import { didYouMean } from '../platform/suggest.ts'
import type { Settings } from '../setup/questions.ts'
import { shellOf } from '../shell/shells.ts'
import { changeAgents } from './agents.ts'
import { hooksScript } from './shell-integration.ts'

/** What Ctrl-C ends a command with. */
const interrupted = 130

export default defineCommand({
  name: 'setup',
  words: '[BACKEND|TARGET]',
  summary: 'set up a backend: ask, test and write the configuration',
  group: 'configuration',
  examples: [
    ['ntfy setup ntfy_sh', 'notifications on the phone, with ntfy.sh'],
    ['ntfy setup ntfy_sh -o server https://ntfy.example.org', 'with a server of your own'],
  ],
  flags: {},
  maxWords: 1,
  takes: ['backend'],
  async run({ words: [word], global }) {
    const { config, problems } = await loadConfig(global.config)
    const [named, old] = known(word ?? global.targets[0]?.name, config)
    const name = word === undefined ? undefined : global.targets[0]?.name
    const file = fileToEdit(global.config)
    if (!isatty(0) || !isatty(1)) {
      throw new UsageError(
        `setup needs a terminal to ask its questions (without one, write ${abbreviateHome(file.path)}; ntfy backends ${named ?? 'NAME'} lists the options)`,
      )
    }
    if (problems.length > 0) throw new ConfigError(problems.join('\n'))
    const questions = await import('../setup/questions.ts')
    try {
      const backend = await loadBackend(named ?? (await questions.askBackend(await listed())))
      print(`${[`${backend.title}: ${backend.homepage}`, ...(backend.setup ?? [])].join('\n')}\n\n`)
      const given = givenOptions(backend, { ...global.sharedOptions, ...global.targets[0]?.options })
      const target = old?.name ?? name ?? (await questions.askName(backend, config))
      const settings = await answered(backend, target, { given, previous: old?.settings ?? {}, config })
      if (settings === undefined) return exitCode.ok
      const joined = await questions.askJoin(target, config)
      const title = hasTitle(file.text) ? undefined : await questions.askTitle()
      const text = await withTarget(file, { name: target, backend: backend.name, settings, backends: joined })
      writeConfig(file.path, title === undefined ? text : withTitle(file.path, text, title))
      printLine(`${file.path}: written`)
      await offerHooks()
      await offerAgents()
      const way = joined || config.backends.includes(target) ? '' : `-b ${target} `
      printLine(`Next: ntfy ${way}send hi, or ntfy ${way}done make; ntfy doctor checks everything`)
      return exitCode.ok
    } catch (error) {
      if ((error as Error).name !== 'ExitPromptError') throw error
      print('\nstopped: nothing more was written\n')
      return interrupted
    }
  },
})

/** The settings that are to be written, once a test has shown that they work; nothing if nobody wants them. */
async function answered(
  backend: Backend,
  target: string,
  { given, previous, config }: { given: Settings; previous: Settings; config: Config },
): Promise<Settings | undefined> {
  const { askOptions } = await import('../setup/questions.ts')
  const { tryOut } = await import('../setup/trial.ts')
  let settings = previous
  for (;;) {
    settings = await askOptions(backend, given, settings)
    if (backend.name === 'ntfy_sh') {
      await (await import('../setup/topic.ts')).showTopic(settings['server'], settings['topic'])
    }
    const verdict = await tryOut(target, backend, settings, config)
    if (verdict === 'quit') return undefined
    if (verdict === 'save') return settings
  }
}

/**
 * What `-o` says, which is not asked again.
 *
 * @throws UsageError an option that the backend has not, or a value that it cannot have
 */
function givenOptions(backend: Backend, typed: Record<string, string>): Settings {
  const given: Settings = {}
  for (const [key, value] of Object.entries(typed)) {
    const name = findOption(backend.options, key)
    const option = name === undefined ? undefined : backend.options[name]
    if (name === undefined || option === undefined) {
      const all = Object.keys(backend.options)
      throw new UsageError(
        `-o ${key}: ${backend.name} has no such option${didYouMean(key, all)} (known: ${all.join(', ')})`,
      )
    }
    const result = readOption(option, value)
    if ('problem' in result) throw new UsageError(`-o ${key}: ${result.problem}`)
    given[name] = result.value
  }
  return given
}

/** Offers to load the hooks where the user's shell does not. */
async function offerHooks(): Promise<void> {
  const shell = shellOf(process.env['SHELL'])
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

/** The same of the coding agents that are there. */
async function offerAgents(): Promise<void> {
  const { installersOf, statusOf } = await import('../agents/install/index.ts')
  const silent = installersOf([]).filter((one) => {
    const { found, installed } = statusOf(one)
    return found && !installed
  })
  if (silent.length === 0) return
  const { confirm } = await import('@inquirer/prompts')
  const names = silent.map(({ agent }) => agent)
  if (!(await confirm({ message: `Notify when ${names.join(', ')} is done or needs you?`, default: true }))) {
    print('To do so later: ntfy agents --install\n')
    return
  }
  await changeAgents(silent, 'install', false)
}

/** The backend that a word means, and the target of that name if it is one that can be changed. */
function known(word: string | undefined, config: Config): [backend?: string, target?: Target] {
  if (word === undefined) return []
  const target = Object.hasOwn(config.targets, word) ? config.targets[word] : undefined
  if (target !== undefined && target.name !== backendName(word)) return [target.backend, target]
  const name = backendName(word)
  if (name !== undefined) return [name]
  throw new UsageError(
    `unknown backend ${word}${didYouMean(word, [...Object.keys(config.targets), ...Object.keys(backends)])}`,
  )
}

async function listed(): Promise<Backend[]> {
  const all = await Promise.all(Object.keys(backends).map(loadBackend))
  return all.filter(({ name }) => name !== 'default').sort((one, other) => one.title.localeCompare(other.title))
}
