import { spawnSync } from 'node:child_process'
import type { LaunchState } from './launcher.ts'
import { tool } from './locate.ts'

/** A program that sets something up and becomes the command, in front of it. */
export interface Prefixed {
  argv: string[]
  /** Whether anything stands in front. */
  prefixed: boolean
}

/**
 * Puts in front of a command what gives it the ignored and blocked signals and the limit of open files that the caller
 * had. `env` and `prlimit` leave the environment alone; a shell, where they are missing, drops what is no identifier.
 */
export function restoring(argv: string[], state: LaunchState): Prefixed {
  const { ignored, blocked, softOpenFiles: soft } = state
  const limits = soft === undefined ? [] : limitPrefix(soft)
  const signals = ignored.length + blocked.length === 0 ? [] : signalPrefix(ignored, blocked)
  if (!limits || !signals) return { argv: [...shellPrefix(ignored, soft), ...argv], prefixed: true }
  // env reads words with = as assignments; something that is no assignment has to stand between.
  const separator = signals.length > 0 && limits.length === 0 && argv[0]?.includes('=') ? ['nice', '-n', '0', '--'] : []
  const prefix = [...signals, ...limits, ...separator]
  return { argv: [...prefix, ...argv], prefixed: prefix.length > 0 }
}

function limitPrefix(soft: number | 'unlimited'): string[] | undefined {
  const prlimit = tool('prlimit')
  return prlimit === undefined ? undefined : [prlimit, `--nofile=${soft}:`, '--']
}

/** coreutils has these options since 8.31; busybox and macOS do not. */
function signalPrefix(ignored: NodeJS.Signals[], blocked: NodeJS.Signals[]): string[] | undefined {
  const env = tool('env')
  if (!env) return undefined
  const prefix = [
    env,
    ...(ignored.length > 0 ? [`--ignore-signal=${names(ignored).join(',')}`] : []),
    ...(blocked.length > 0 ? [`--block-signal=${names(blocked).join(',')}`] : []),
    '--',
  ]
  const works = spawnSync(env, [...prefix.slice(1), 'true'], { stdio: 'ignore' }).status === 0
  return works ? prefix : undefined
}

function shellPrefix(ignored: NodeJS.Signals[], soft: number | 'unlimited' | undefined): string[] {
  const trap = ignored.length > 0 ? `trap '' ${names(ignored).join(' ')};` : ''
  const limit = soft === undefined ? '' : `ulimit -Sn ${soft};`
  return ['/bin/sh', '-c', `{ ${trap}${limit} } 2>/dev/null; exec "$@"`, 'sh']
}

function names(signals: NodeJS.Signals[]): string[] {
  return signals.map((signal) => signal.slice(3))
}
