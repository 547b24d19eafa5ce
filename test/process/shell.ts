import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryHome } from '../support/home.ts'
import { openTerminal, type Terminal } from '../support/pty.ts'
import { wrapper } from './both.ts'

/** An interactive bash where $W is the wrapper, and what a command writes into the file `log`. */
export async function openShell(): Promise<
  Terminal & { home: string; log(): string; write(name: string, text: string): void }
> {
  const { home, env } = temporaryHome({ PS1: '$ ', W: wrapper.join(' '), HISTFILE: '' })
  const terminal = openTerminal('bash', ['--norc', '--noprofile', '-i'], { env, cwd: home })
  await terminal.see('$ ')
  return {
    ...terminal,
    home,
    log: () => tryRead(join(home, 'log')),
    write: (name, text) => writeFileSync(join(home, name), text),
  }
}

/** A bash script that logs each signal, until there is a file `stop`. */
export const counting = `for s in INT QUIT TSTP WINCH HUP CONT TERM; do trap "echo $s >>log" $s; done
echo ready
i=0; while [ $((i+=1)) -lt 1500 ]; do [ -e stop ] && exit 7; sleep 0.02; done; exit 8`

/** Whether that program of that folder is in the foreground of its terminal, and not stopped. */
export function isForeground(folder: string, program: string): boolean {
  return processes().some(({ cwd, words, stat }) => {
    const [state, , pgrp, , , tpgid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return cwd === folder && words[0] === program && state === 'S' && pgrp === tpgid
  })
}

/** The texts of all files. */
export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => tryRead(join(entry.parentPath, entry.name)))
}

export function tryRead(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Whether a process runs in that folder with that word in its command line. */
export function running(folder: string, word: string): boolean {
  return processes().some(
    ({ cwd, words }) => cwd === folder && words.includes(word) && !words.some((w) => w.endsWith('ntfy')),
  )
}

export function processes(): { cwd: string; words: string[]; stat: string }[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0')
      return [{ cwd: readlinkSync(`/proc/${pid}/cwd`), words, stat: readFileSync(`/proc/${pid}/stat`, 'latin1') }]
    } catch {
      return []
    }
  })
}

/** Whether a child of that process blocks all signals, so that what is for the whole group shows in it. */
export function hasWitness(pid: number): boolean {
  return processes().some(({ stat, words }) => {
    // A shell blocks them for a moment now and then.
    if (!words.some((word) => word.startsWith('read word'))) return false
    const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return Number(parent) === pid && status(Number.parseInt(stat, 10), 'SigBlk').startsWith('ffff')
  })
}

/** A field of /proc/PID/status; nothing where there is no such process. */
export function status(pid: number, key: string): string {
  return new RegExp(`^${key}:\\s+(\\w+)`, 'm').exec(tryRead(`/proc/${pid}/status`))?.[1] ?? ''
}
