import { readFileSync, readlinkSync } from 'node:fs'
import { hostname, uptime } from 'node:os'
import { codeOf } from './errors.ts'

/** A claim whose holder cannot be checked counts for this long, in milliseconds. */
const believedFor = 60 * 60_000

/** No work on one delivery takes as long, in milliseconds: who is still at it hangs, or is gone. */
const longestWork = 2 * 60_000

/** Clock ticks a second in proc(5) stat: the same on all machines that Linux shows to programs. */
const ticks = 100

let own: string | undefined

/**
 * Who holds a delivery, as the end of a file's name: boot, namespace of process ids, process id and its start time.
 * The start time distinguishes a process from a later one with the same ID.
 */
export function ownClaim(): string {
  own ??= [whereWeRun(), process.pid, statOf(process.pid)?.start ?? 0].join('-')
  return own
}

/**
 * What the holder of a claim does: it works; it is `stuck`, which nobody should wait for, but may still come to its end;
 * or it is `gone`.
 */
export interface Holder {
  state: 'working' | 'stuck' | 'gone'
  /** It was stopped, and may be let go on. */
  stopped?: true
  /** What keeps a stuck one from its work, and what can be done. */
  why: string
}

/**
 * Looks at the holder of a claim. Only within the same boot and namespace is it known whether it has ended; of others, and of one
 * that is stopped, it is assumed after an hour.
 *
 * @param since when the claim was made, milliseconds since 1970
 */
export function holderOf(claim: string, since: number): Holder {
  const [boot, namespace, word, start] = claim.split('-')
  const pid = Number(word)
  const age = Math.abs(Date.now() - since)
  if (boot !== bootId() || namespace !== pidNamespace()) {
    const why = 'a process of an earlier boot, of a container or of another machine has it for an hour at most'
    return { state: stateAfter(age), why }
  }
  const why = `process ${pid} is at it for minutes (kill ${pid} has it sent by others)`
  if (pid === process.pid) return { state: claim === ownClaim() ? 'working' : 'gone', why }
  if (!isAlive(pid)) return { state: 'gone', why }
  const stat = statOf(pid)
  // Without /proc a process cannot be distinguished from a later one with the same ID.
  if (stat === undefined) return { state: stateAfter(age), why }
  if (String(stat.start) !== start || /[ZX]/.test(stat.state)) return { state: 'gone', why }
  // A clock that was set makes no claim older than its process.
  const held = Math.min(age, uptime() * 1000 - (stat.start / ticks) * 1000)
  if (!/[Tt]/.test(stat.state)) return { state: held > longestWork ? 'stuck' : 'working', why }
  const stop = `process ${pid} was stopped while it sent it (kill -CONT ${pid} lets it go on)`
  return { state: held > believedFor ? 'gone' : 'stuck', stopped: true, why: stop }
}

function stateAfter(age: number): Holder['state'] {
  if (age > believedFor) return 'gone'
  return age > longestWork ? 'stuck' : 'working'
}

/** Has the holder of a lock ended, or is it stopped? Nobody waits for that, and a lock is held for as long as it takes. */
export function hasLetGo(claim: string, since: number): boolean {
  const { state, stopped = false } = holderOf(claim, since)
  return state === 'gone' || stopped
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

let boot: string | undefined

/** Which boot of which machine this is, and which of its containers. */
export function whereWeRun(): string {
  return `${bootId()}-${pidNamespace()}`
}

function bootId(): string {
  boot ??= readBootId()
  return boot
}

function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').replace(/[^0-9a-f]/g, '')
  } catch {
    return hostname().replace(/[^A-Za-z0-9]/g, '') || 'host'
  }
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid').replace(/\D/g, '')
  } catch {
    return '0'
  }
}

/**
 * State and start time of a process, fields 3 and 22 of proc(5) stat, in clock ticks since the boot; the name in field 2
 * may hold spaces and brackets. Where nobody waits for a process that has ended (PID 1 of many containers) it stays as a
 * zombie for ever.
 */
function statOf(pid: number): { state: string; start: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0] ?? '', start: Number(fields[19]) }
  } catch {
    return undefined
  }
}
