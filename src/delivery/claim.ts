import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { codeOf } from '../errors.ts'

/** A claim by another machine or another boot is believed for this long, in milliseconds: nobody here can ask it. */
const believedFor = 60 * 60_000

let own: string | undefined

/**
 * Who holds a delivery, as the end of a file's name: boot, namespace of process ids, process id and its start time.
 * The start time tells a process from a later one with the same id.
 */
export function ownClaim(): string {
  own ??= [bootId(), pidNamespace(), process.pid, startTime(process.pid) ?? 0].join('-')
  return own
}

/**
 * Has the holder of a claim ended? Only the same boot and namespace can tell; of others it is assumed after an hour.
 *
 * @param since when the claim was made, milliseconds since 1970
 */
export function isAbandoned(claim: string, since: number): boolean {
  const [boot, namespace, pid, start] = claim.split('-')
  const isOld = Math.abs(Date.now() - since) > believedFor
  if (boot !== bootId() || namespace !== pidNamespace()) return isOld
  if (Number(pid) === process.pid) return claim !== ownClaim()
  if (!isAlive(Number(pid))) return true
  const now = startTime(Number(pid))
  // Without /proc a process cannot be told from a later one with its number.
  return now === undefined ? isOld : String(now) !== start
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
 * Field 22 of proc(5) stat, in clock ticks since the boot; the name in field 2 may hold spaces and brackets. A process
 * that has ended has none: where nobody waits for it (PID 1 of many containers) it stays as a zombie for ever.
 */
function startTime(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return /^[ZX]/.test(fields[0] ?? '') ? -1 : Number(fields[19])
  } catch {
    return undefined
  }
}
