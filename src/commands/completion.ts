import { isatty } from 'node:tty'
import { loadBackend } from '../backends/index.ts'
import { type Commands, defineCommand } from '../cli/command.ts'
import { targetRows } from '../config/completion-file.ts'
import { loadConfig } from '../config/index.ts'
import type { Config } from '../config/types.ts'
import { exitCode, UsageError } from '../platform/errors.ts'
import { print, say } from '../platform/output.ts'
import { didYouMean } from '../platform/suggest.ts'
import { oneLine } from '../platform/text.ts'
import { shellFrom } from '../shell/detect.ts'
import { type CompletedShell, completedShells as shells } from '../shell/shells.ts'

export default defineCommand({
  name: 'completion',
  words: 'bash|zsh|fish',
  summary: 'print or install the completion of a shell',
  group: 'scripts',
  examples: [
    ['ntfy completion --install', 'in every new shell, which starts no slower for it'],
    ['eval "$(ntfy completion bash)"', 'in this shell only'],
  ],
  flags: {
    install: { kind: 'boolean', description: 'write it where the shell looks for it (default: the calling shell)' },
    uninstall: { kind: 'boolean', description: 'remove it' },
    targets: { kind: 'boolean', hidden: true, description: 'the names that -b accepts' },
    pids: { kind: 'boolean', hidden: true, description: 'the processes that done --pid accepts' },
    pings: { kind: 'boolean', hidden: true, description: 'the names that ping accepts' },
    ids: { kind: 'boolean', hidden: true, description: 'the deliveries that queue VERB accepts' },
  },
  takes: [],
  maxWords: 1,
  async run({ flags, words: [word], global, commands }) {
    if (flags.targets) print(targetRows((await loadConfig(global.config)).config))
    else if (flags.pids) print((await ownProcesses()).join(''))
    else if (flags.pings) print(pingRows((await loadConfig(global.config)).config))
    else if (flags.ids) print(await deliveries(word))
    else if (flags.install && flags.uninstall) throw new UsageError('completion: --install or --uninstall, not both')
    else if (flags.install) await install(shellFrom(word, shells, 'completion', 'SHELL'), commands)
    else if (flags.uninstall) await uninstall(shellFrom(word, shells, 'completion', 'SHELL'))
    else print(await script(word, commands))
    return exitCode.ok
  },
})

async function install(shell: CompletedShell, commands: Commands): Promise<void> {
  const { installCompletion } = await import('../shell/install-completion.ts')
  const { files, line } = installCompletion(shell, await script(shell, commands))
  const effect = line === undefined ? `: new ${shell} shells complete ntfy` : ''
  for (const file of files) say.warning(`${file}: completion installed${effect}`)
  if (line === undefined) return
  say.warning('no folder of yours is in fpath: add this line to .zshrc, above compinit:')
  print(`${line}\n`)
}

async function uninstall(shell: CompletedShell): Promise<void> {
  const { uninstallCompletion } = await import('../shell/install-completion.ts')
  const removed = uninstallCompletion(shell)
  for (const file of removed) say.warning(`${file}: completion removed`)
  if (removed.length === 0 && isatty(2)) say.warning(`no completion is installed for ${shell}`)
}

/** The launcher prints the same (shell/launcher.sh). */
async function script(shell: string | undefined, commands: Commands): Promise<string> {
  if (shell === undefined) throw new UsageError(`completion: expected one of ${shells.join(', ')}`)
  const { completionScripts, offersOf } = await import('../cli/completion/index.ts')
  if (!Object.hasOwn(completionScripts, shell)) {
    throw new UsageError(`completion: unknown shell ${shell}${didYouMean(shell, shells)} (known: ${shells.join(', ')})`)
  }
  const loaded = await Promise.all(Object.values(commands).map((load) => load()))
  const offers = offersOf(
    loaded.map((module) => module.default),
    await optionsOfBackends(),
  )
  return completionScripts[shell as CompletedShell](offers)
}

async function optionsOfBackends(): Promise<Record<string, string[]>> {
  const { backends } = await import('../backends/index.ts')
  const names = Object.keys(backends).sort()
  const declared = await Promise.all(names.map((name) => loadBackend(name)))
  return Object.fromEntries(names.map((name, at) => [name, Object.keys(declared[at]?.options ?? {})]))
}

/** A line for each heartbeat: its name, a tab, the service that it belongs to. */
function pingRows({ pings }: Config): string {
  const typable = Object.entries(pings).filter(([name]) => name !== '' && name === oneLine(name))
  return typable
    .map(([name, { settings }]) => `${name}\t${oneLine(String(settings['type'] ?? 'healthchecks'))}\n`)
    .join('')
}

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

/** Nobody chooses among more. */
const mostOffered = 200

/** A line for each delivery: the start of its id, a tab, its target and title. */
async function deliveries(verb: string | undefined): Promise<string> {
  const { listPlaces, readPlaces } = await import('../outbox/listing.ts')
  const { outboxFolder } = await import('../outbox/spool.ts')
  const { listed } = await import('../redact/listed.ts')
  const folder = outboxFolder()
  if (folder === undefined || verb === 'list') return ''
  const places = listPlaces(folder).filter(({ failed }) => verb !== 'retry' || failed)
  const rows = [...readPlaces(places.slice(0, mostOffered))].map(async ({ id, delivery }) => {
    const { target = '', notification } = delivery ?? {}
    const title = notification === undefined ? '' : await listed(notification.title, notification)
    return `${id.slice(0, 8)}\t${oneLine(`${target}: ${title}`)}\n`
  })
  return (await Promise.all(rows)).join('')
}
