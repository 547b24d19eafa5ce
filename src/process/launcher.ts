import { isUtf8 } from 'node:buffer'
import { closeSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** What the caller had set up and Node has destroyed. */
export interface LaunchState {
  /** Ignored when the program was started. */
  ignored: NodeJS.Signals[]
  /** Blocked when the program was started. */
  blocked: NodeJS.Signals[]
  /** The soft limit of open files; absent if Node has not changed it. */
  softOpenFiles?: number | 'unlimited'
  /** The caller's open descriptors from 3 on, in ascending order. */
  descriptors: number[]
  /** The caller's environment. */
  environment: NodeJS.ProcessEnv
  /** The same as the kernel gave it, if some of it is not UTF-8 and so not whole in `environment`. */
  environmentBytes?: Buffer
}

let state: LaunchState | undefined

/** Takes what the shell half of the bin has noted out of our own environment; without it, what can be found out. */
export function launchState(): LaunchState {
  state ??= readState()
  return state
}

let inherited: number[] | undefined

/** The caller's open descriptors from 3 on. To be called first before anything is opened: after that they look like ours. */
export function inheritedDescriptors(): number[] {
  inherited ??= numbers(readNotes().get('fds')) ?? ownDescriptors()
  return inherited
}

/** A process that waits for the end of one of the caller's pipes, or for a lock on one of its files, must not wait for us. */
export function closeInherited(): void {
  for (const descriptor of inheritedDescriptors().splice(0)) {
    try {
      closeSync(descriptor)
    } catch {}
  }
}

/** What the launcher has noted is for nobody else. */
export function forgetNotes(): void {
  delete process.env['NTFY_LAUNCHER']
  delete process.env['NTFY_ENVIRON']
  for (const name of Object.keys(process.env)) if (name.startsWith(aside)) delete process.env[name]
}

/** What the launcher keeps from our Node, under the names that the command is to see. */
const aside = 'NTFY_JOB_'

function readState(): LaunchState {
  const notes = readNotes()
  const bytes = environmentBytes()
  // Where it was too large to be handed over, what the launcher's shell has kept of it is whole.
  const kept = bytes ?? withAside(readEnvironment())
  const environment = bytes ? parseEnvironment(bytes) : { ...process.env }
  for (const [name, value] of Object.entries(environment)) {
    if (!/^NTFY_(JOB_|LAUNCHER$|ENVIRON$)/.test(name)) continue
    delete environment[name]
    if (name.startsWith(aside)) environment[name.slice(aside.length)] = value
  }
  const descriptors = inheritedDescriptors()
  forgetNotes()
  const soft = notes.get('nofile')
  return {
    ignored: signals(notes.get('ignored')),
    blocked: signals(notes.get('blocked')),
    ...(soft && { softOpenFiles: soft === 'unlimited' ? soft : Number(soft) }),
    descriptors,
    environment,
    ...(kept && !isUtf8(kept) && { environmentBytes: kept }),
  }
}

/** NTFY_LAUNCHER is `ignored=HUP INT;blocked=;nofile=1024;fds=3 9`. */
function readNotes(): Map<string, string> {
  const fields = (process.env['NTFY_LAUNCHER'] ?? '').split(';')
  return new Map(fields.map((field) => [field.slice(0, field.indexOf('=')), field.slice(field.indexOf('=') + 1)]))
}

function signals(names: string | undefined): NodeJS.Signals[] {
  return (names ?? '').split(' ').flatMap((name) => (name ? [`SIG${name}` as NodeJS.Signals] : []))
}

function numbers(text: string | undefined): number[] | undefined {
  return text
    ?.split(' ')
    .filter((word) => /^\d+$/.test(word))
    .map(Number)
    .sort((a, b) => a - b)
}

/** Every entry ends with a NUL. Without the launcher, Node's own start has left the kernel's copy as it was. */
function environmentBytes(): Buffer | undefined {
  const noted = process.env['NTFY_ENVIRON']
  if (noted !== undefined) return Buffer.from(noted, 'base64')
  return process.env['NTFY_LAUNCHER'] === undefined ? readEnvironment() : undefined
}

function readEnvironment(): Buffer | undefined {
  try {
    return readFileSync('/proc/self/environ')
  } catch {
    return undefined
  }
}

function withAside(bytes: Buffer | undefined): Buffer | undefined {
  const entries = bytes?.toString('latin1').split('\0')
  return (
    entries && Buffer.from(entries.map((entry) => entry.replace(/^NTFY_JOB_([A-Z0-9_]+=)/, '$1')).join('\0'), 'latin1')
  )
}

function parseEnvironment(bytes: Buffer): NodeJS.ProcessEnv {
  // A variable may be named __proto__.
  const environment: NodeJS.ProcessEnv = Object.create(null)
  for (const entry of bytes.toString().split('\0')) {
    const equals = entry.indexOf('=')
    // The first of two with the same name is the one that getenv finds.
    if (equals > 0) environment[entry.slice(0, equals)] ??= entry.slice(equals + 1)
  }
  return environment
}

/** What is open and is not Node's own: event descriptors, pipes to itself, and the last of the opened /dev/null. */
function ownDescriptors(): number[] {
  const open = new Map<number, string>()
  try {
    for (const name of readdirSync('/proc/self/fd')) if (Number(name) > 2) open.set(Number(name), linkOf(name))
  } catch {}
  const links = [...open.values()]
  const lastNull = [...open.keys()].filter((number) => open.get(number) === '/dev/null').at(-1)
  const isNodes = (number: number, link: string) =>
    link === '' ||
    link.startsWith('anon_inode:') ||
    number === lastNull ||
    (link.startsWith('pipe:') && links.indexOf(link) !== links.lastIndexOf(link))
  return [...open].filter(([number, link]) => !isNodes(number, link)).map(([number]) => number)
}

function linkOf(name: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${name}`)
  } catch {
    return ''
  }
}
