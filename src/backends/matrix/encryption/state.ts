import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { renameQuietly, syncFolder } from '../../../platform/durable.ts'
import { ConfigError, messageOf } from '../../../platform/errors.ts'
import { largest, TooLargeError } from '../../../platform/largest.ts'
import {
  appendOwn,
  type Birth,
  birthOf,
  readOwn,
  readOwnBytes,
  removeQuietly,
  replaceOwn,
} from '../../../platform/own-file.ts'
import type { Dump } from './database.ts'
import { encryptionFolder, fileName, keeping } from './place.ts'

/** A device of an account: who has the keys that everybody else knows it by. */
export interface Device {
  homeserver: string
  user: string
  id: string
}

/** All that a device has to remember. Nothing of it may be forgotten, or remembered as it was before. */
export interface State {
  device: Device
  /** The key that others compare it by. */
  fingerprint: string
  /** Where the next sync goes on. */
  since?: string
  /** The account's own master key, as it was when the account's owner last said that it is. */
  masterKey?: string
  /** Other members whose master key is not the one that was seen first: they get no keys. */
  changed: string[]
  /** For whom the devices of the database were marked: the option `recipients`. */
  recipients: 'signed' | 'all'
  /** It was once read from a copy: a login makes another device. */
  copied: boolean
  /** What was encrypted and is on its way, by its transaction and room: a second attempt sends the same bytes. */
  outgoing: Record<string, { content: string; at: number }>
  database: Dump
}

const magic = 'ntfy matrix device 1\n'

/** Transactions that the homeserver has: their contents are dropped when the state is next written. */
const sentEnding = '.sent'

/** What nobody asks for any more is dropped after so long, in milliseconds: no delivery is tried for that long. */
const keptFor = 10 * 24 * 60 * 60_000

/** The name of a device's state, and of its lock. */
export function stateName({ homeserver, user, id }: Device): string {
  return fileName(homeserver, user, id)
}

/** Are the keys of a device there, and no copy of them, and are they what others know it by, if that is known? */
export function isIntact(device: Device, published?: string): boolean {
  try {
    const state = readState(device)
    return state?.copied === false && (published === undefined || published === state.fingerprint)
  } catch {
    return false
  }
}

/**
 * Reads a device's state; nothing if it has none.
 *
 * @throws ConfigError it is damaged, or cannot be read
 */
export function readState(device: Device): State | undefined {
  const path = pathOf(device)
  const birth = keeping(() => birthOf(path))
  if (birth === undefined) return undefined
  try {
    const { birth: made, state } = parse(readOwnBytes(path, largest.device))
    if (stateName(state.device) !== stateName(device)) throw new Error('it is of another device')
    // A copy would use keys twice that are only good for one message, and nobody but the file system could tell.
    if (made.inode === birth.inode && made.time === birth.time) return state
    return { ...withoutSessions(state), copied: true }
  } catch (error) {
    throw new ConfigError(
      `the keys of device ${device.id} of ${device.user} are lost: ${path}: ${messageOf(error)} ` +
        `(ntfy matrix login ${device.user} makes a new device)`,
    )
  }
}

/**
 * Writes a device's state durably, without what was sent meanwhile.
 *
 * @returns what was written
 * @throws ConfigError, TransientError it could not be written: nothing that depends on it may be sent
 */
export function writeState(state: State, now: Date): State {
  const path = pathOf(state.device)
  const sent = takeSent(path)
  const outgoing = Object.fromEntries(
    Object.entries(state.outgoing).filter(([key, { at }]) => !sent.has(key) && now.getTime() - at < keptFor),
  )
  const written = { ...state, outgoing }
  keeping(() => {
    removeDrafts(path)
    replaceOwn(path, (birth) => format(birth, written), { durable: true })
    syncFolder(encryptionFolder())
  })
  removeQuietly(`${path}${sentEnding}.read`)
  return written
}

/** Remembers that the homeserver has a transaction; that this is forgotten does no harm. */
export function rememberSent(device: Device, transaction: string): void {
  appendOwn(`${pathOf(device)}${sentEnding}`, `${transaction}\n`)
}

export function removeState(device: Device): void {
  for (const ending of ['', sentEnding, `${sentEnding}.read`]) removeQuietly(`${pathOf(device)}${ending}`)
}

function pathOf(device: Device): string {
  return join(encryptionFolder(), stateName(device))
}

/** What killed processes left: nobody else is writing, as the lock is ours. */
function removeDrafts(path: string): void {
  const [folder, name] = [dirname(path), basename(path)]
  const isDraft = (file: string) => file.startsWith(`.${name}.`) && /^\d+\.tmp$/.test(file.slice(name.length + 2))
  for (const file of readdirSync(folder)) if (isDraft(file)) removeQuietly(join(folder, file))
}

/** Which transactions were sent since the state was last written. */
function takeSent(path: string): Set<string> {
  const [fresh, read] = [`${path}${sentEnding}`, `${path}${sentEnding}.read`]
  const earlier = readOwn(read, largest.lines) ?? ''
  renameQuietly(fresh, read)
  return new Set(`${earlier}\n${readOwn(read, largest.lines) ?? ''}`.split('\n'))
}

/** The checksum is there because V8 reads nearly anything. */
function format(birth: Birth, state: State): Buffer {
  const content = serialize({ birth, state })
  const bytes = Buffer.concat([Buffer.from(magic), digestOf(content), content])
  if (bytes.length > largest.device) throw new TooLargeError(bytes.length, largest.device)
  return bytes
}

function parse(bytes: Buffer | undefined): { birth: Birth; state: State } {
  if (bytes === undefined) throw new Error('it cannot be read, or is no file of this user')
  const content = bytes.subarray(magic.length + 32)
  const digest = bytes.subarray(magic.length, magic.length + 32)
  if (!bytes.toString('latin1', 0, magic.length).startsWith(magic)) throw new Error('it is damaged')
  if (!digestOf(content).equals(digest)) throw new Error('it is damaged')
  return deserialize(content)
}

function digestOf(content: Buffer): Buffer {
  return createHash('sha256').update(content).digest()
}

/** The ratchets of what was sent to rooms, and of what was sent to devices, may have moved on since the copy was made. */
function withoutSessions(state: State): State {
  const stores = { ...state.database.stores }
  for (const name of ['outbound_group_sessions', 'session']) {
    const store = stores[name]
    if (store) stores[name] = { ...store, records: [] }
  }
  return { ...state, database: { ...state.database, stores } }
}
