import { constants } from 'node:os'
import { inForeground } from './job.ts'
import { readStat } from './proc.ts'

const keys: NodeJS.Signals[] = ['SIGINT', 'SIGQUIT', 'SIGTSTP']

/** What is passed on, besides TSTP, CONT and the real-time ones; what says that a program has crashed ends us, too. */
export const passed: NodeJS.Signals[] = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGTERM',
  'SIGUSR1',
  'SIGUSR2',
  'SIGALRM',
  'SIGABRT',
  'SIGURG',
  'SIGXCPU',
  'SIGVTALRM',
  'SIGPROF',
  'SIGWINCH',
  'SIGIO',
  'SIGPWR',
  'SIGSYS',
  'SIGSTKFLT',
]

/** A process that writes to a pipe or file causes these itself. */
export const writers: NodeJS.Signals[] = ['SIGPIPE', 'SIGXFSZ']

/** By these a process stops that uses its terminal in the background. One that listens to them tries again, for ever. */
export const users: NodeJS.Signals[] = ['SIGTTIN', 'SIGTTOU']

/** What does nothing to a process that does not listen to it. */
export const harmless = [constants.signals.SIGWINCH, constants.signals.SIGURG]

/**
 * What a signal looks like where nobody can say whether it was for us alone: a key reaches the whole foreground group, and
 * when a terminal goes away the kernel or the shell sends HUP to the whole group, once our own terminal is gone; only the
 * leader of the session gets its own before that.
 */
export function looksLikeOursAlone(signal: number, hadTerminal: boolean): boolean {
  if (keys.some((key) => constants.signals[key] === signal)) return !inForeground()
  if (signal !== constants.signals.SIGHUP) return signal !== constants.signals.SIGWINCH || !inForeground()
  const own = readStat('self')
  return !(hadTerminal && own?.tty === 0 && own.session !== process.pid)
}
