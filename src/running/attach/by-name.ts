import type { ProcessDescriptor } from 'ps-list'
import { messageOf, UsageError } from '../../platform/errors.ts'
import { listProcesses } from '../../process/list.ts'
import { ancestors, readStat } from '../../process/proc.ts'

/** A process that can be chosen. */
export interface Candidate extends ProcessDescriptor {
  /** Milliseconds. */
  age: number | undefined
}

/** How long `ps` may take, in milliseconds. */
const patience = 10_000

/** Those of a name; without one, those whose command line contains it, or matches it if it is a /regular expression/. */
export async function findByName(pattern: string): Promise<Candidate[]> {
  const matches = matcher(pattern)
  const all = (await candidates({ everybody: true })).filter(({ cmd = '' }) => !isOurs(cmd))
  const named = all.filter(({ name, cmd = '' }) => name === pattern || programOf(cmd) === pattern)
  return named.length > 0 ? named : all.filter(({ name, cmd = '' }) => matches(name) || matches(cmd))
}

/** The newest of them: the one that was started last. */
export function newestOf(found: Candidate[]): Candidate | undefined {
  const start = ({ pid }: Candidate) => readStat(pid)?.startTicks ?? 0
  return [...found].sort((one, other) => start(other) - start(one) || other.pid - one.pid)[0]
}

/** The processes that live, but ourselves and those that we run in. */
export async function candidates(whose: { everybody: boolean }): Promise<Candidate[]> {
  const own = new Set([process.pid, ...ancestors(process.pid).map(({ pid }) => pid)])
  const list = await listProcesses(whose, AbortSignal.timeout(patience))
  return list
    .filter(({ pid, ppid }) => !own.has(pid) && ppid !== process.pid && readStat(pid)?.state !== 'Z')
    .map((one) => ({ ...one, age: one.startTime && Math.max(0, Date.now() - one.startTime.getTime()) }))
}

/** @throws UsageError it is no regular expression */
function matcher(pattern: string): (text: string) => boolean {
  if (pattern === '')
    throw new UsageError('--name: expected a name, a part of a command line, or /a regular expression/')
  const [, source] = /^\/(.+)\/$/s.exec(pattern) ?? []
  if (source === undefined) return (text) => text.includes(pattern)
  try {
    const expression = new RegExp(source)
    return (text) => expression.test(text)
  } catch (error) {
    throw new UsageError(`--name ${pattern}: ${messageOf(error).replace(/^Invalid regular expression: .*: /s, '')}`)
  }
}

function programOf(commandLine: string): string {
  return commandLine.split(' ', 1)[0]?.replace(/^.*\//, '') ?? ''
}

/** Another that waits for the same says its name, too. */
function isOurs(commandLine: string): boolean {
  return /(^|[/ ])ntfy(-done)?\b.* done .*--name\b/.test(commandLine)
}
