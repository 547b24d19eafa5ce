import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { defineCommand } from '../cli/command.ts'
import { exitCode, messageOf, NtfyError } from '../platform/errors.ts'
import { makeFolder } from '../platform/folder.ts'
import { releaseLock, takeLock } from '../platform/lock.ts'
import { removeQuietly } from '../platform/own-file.ts'
import { runtimeFolder, stateFolder, statePlace } from '../platform/paths.ts'
import { programEnvironment, programFile } from '../platform/program.ts'
import { startInBackground } from '../process/background.ts'
import { callingShell } from '../process/proc.ts'
import { Attendant, type Unanswered } from '../running/watch/attendant.ts'
import { forgetHookedShells, hookedShells, noteShell } from '../shell/hooked.ts'

/** How often the terminals of the shells are looked at, in milliseconds. */
const lookEvery = 5000

/** While a question is looked at, whether that is still so is asked after this time, and then ever later, in milliseconds. */
const askAgain = { first: 10_000, last: 60_000 }

/** How long the first shell is waited for, in milliseconds. */
const firstShell = 60_000

/** The lock of the process that looks. */
const lock = 'attendant'

export default defineCommand({
  name: 'attend',
  words: '',
  summary: 'notify when a command of a hooked shell waits for you',
  group: 'everyday',
  examples: [
    ['ntfy attend', 'until the last hooked shell ends'],
    ['ntfy attend --install', 'whenever a hooked shell starts, too'],
  ],
  flags: {
    install: { kind: 'boolean', description: 'have every hooked shell start it' },
    uninstall: { kind: 'boolean', description: 'do not have the shells start it any more' },
    stay: { kind: 'boolean', hidden: true, description: 'be the process that looks' },
  },
  maxWords: 0,
  takes: [],
  async run({ flags }) {
    if (flags.stay) return stay()
    const folder = stateFolder()
    if (process.platform !== 'linux' || folder === undefined) {
      throw new NtfyError(
        `attend: ${folder === undefined ? statePlace().problem : 'only Linux tells what a process waits for'}`,
        exitCode.unavailable,
      )
    }
    const mark = join(folder, 'attend')
    if (flags.uninstall) {
      removeQuietly(mark)
      return exitCode.ok
    }
    try {
      makeFolder(folder)
      if (flags.install && !existsSync(mark)) writeFileSync(mark, '', { mode: 0o600 })
    } catch (error) {
      throw new NtfyError(`attend: ${messageOf(error)}`, exitCode.io)
    }
    noteShell(callingShell())
    startInBackground(['attend', '--stay'], { node: ['--max-semi-space-size=1', '--max-old-space-size=64'] })
    return exitCode.ok
  },
})

/** Looks until the last shell has ended; only one process does. */
async function stay(): Promise<number> {
  const folder = runtimeFolder() ?? stateFolder()
  if (folder === undefined) return exitCode.ok
  makeFolder(folder)
  if (!takeLock(folder, lock)) return exitCode.ok
  try {
    const attendant = new Attendant()
    const asked = new Map<string, { next: number; pause: number; settled: boolean }>()
    let seen = false
    for (let waited = 0; ; waited += lookEvery) {
      const shells = hookedShells()
      seen ||= shells.length > 0
      if (shells.length === 0 && (seen || waited >= firstShell)) break
      const questions = await attendant.look(shells)
      for (const id of asked.keys()) if (!questions.some((one) => one.id === id)) asked.delete(id)
      for (const question of questions) {
        const known = asked.get(question.id) ?? { next: 0, pause: askAgain.first, settled: false }
        asked.set(question.id, known)
        if (known.settled || performance.now() < known.next) continue
        known.settled = await notifyOf(question)
        known.next = performance.now() + known.pause
        known.pause = Math.min(askAgain.last, known.pause * 2)
      }
      await pause(lookEvery)
    }
    forgetHookedShells()
  } finally {
    releaseLock(folder, lock)
  }
  return exitCode.ok
}

/**
 * By a process of its own, so that this one stays small.
 *
 * @returns whether no further word is needed
 */
function notifyOf({ shell, pid, wants }: Unanswered): Promise<boolean> {
  const { spawn } = process.getBuiltinModule('node:child_process')
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [programFile(), 'shell-waits', String(shell), String(pid), wants], {
      stdio: 'ignore',
      cwd: '/',
      env: programEnvironment(),
    })
    child.on('error', () => resolve(true))
    child.on('exit', (status) => resolve(status !== exitCode.unavailable))
  })
}
