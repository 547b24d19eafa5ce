import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

let known: string | undefined

/** Which machine this is, in letters and digits (man 5 machine-id): a home may be shared by several. */
export function machineId(): string {
  known ??= (readId() || hostname()).replace(/[^A-Za-z0-9]/g, '').slice(0, 64) || 'machine'
  return known
}

function readId(): string {
  try {
    return readFileSync('/etc/machine-id', 'latin1')
  } catch {
    return ''
  }
}
