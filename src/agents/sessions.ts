import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../platform/folder.ts'
import { asObject } from '../platform/json.ts'
import { largest } from '../platform/largest.ts'
import { inTurn } from '../platform/lock.ts'
import { ownFileTime, readOwn, removeQuietly, replaceOwn } from '../platform/own-file.ts'
import { stateFolder } from '../platform/paths.ts'
import type { Session } from './state.ts'

/** A session that was silent for so long is forgotten, in milliseconds. */
const kept = 24 * 60 * 60_000

/** Most that is waited for another event of the session, in milliseconds. */
const patience = 5000

/** The state of one session on disk, while nobody else works on it. */
export interface Held {
  session: Session | undefined
  save(session: Session): void
}

/**
 * Works on a session alone. A mark beside it says whether an event that only cancels has anything to cancel: the
 * launcher looks for it (shell/spool.sh).
 */
export async function withSession<T>(id: string, work: (held: Held) => Promise<T>): Promise<T> {
  const folder = sessionsFolder()
  if (folder === undefined) return work({ session: undefined, save() {} })
  makeFolder(folder)
  const name = nameOf(id)
  const held = () => ({
    session: read(join(folder, `${name}.json`)),
    save: (session: Session) => save(folder, name, session),
  })
  return inTurn(folder, `${name}.lock`, patience, () => work(held()))
}

/** The state of a session as it is now; nothing if it is not known. */
export function readSession(id: string): Session | undefined {
  const folder = sessionsFolder()
  return folder === undefined ? undefined : read(join(folder, `${nameOf(id)}.json`))
}

/** Removes what is left of sessions that nobody has heard of for a day. */
export function forgetSessions(): void {
  const folder = sessionsFolder()
  if (folder === undefined) return
  for (const name of namesIn(folder)) {
    const path = join(folder, name)
    if (Date.now() - (ownFileTime(path) ?? Date.now()) > kept) removeQuietly(path)
  }
}

function save(folder: string, name: string, session: Session): void {
  replaceOwn(join(folder, `${name}.json`), JSON.stringify({ version: 1, ...session }))
  const mark = join(folder, `${name}.pending`)
  if (session.question === undefined) removeQuietly(mark)
  else replaceOwn(mark, '')
}

/** The file is not trusted more than any other: what has another shape counts as not there. */
function read(path: string): Session | undefined {
  try {
    const { version, ...session } = asObject(JSON.parse(readOwn(path, largest.session) ?? '')) ?? {}
    const isOurs = version === 1 && typeof session['cwd'] === 'string' && typeof session['seen'] === 'number'
    return isOurs ? (session as unknown as Session) : undefined
  } catch {
    return undefined
  }
}

function sessionsFolder(): string | undefined {
  const folder = stateFolder()
  return folder === undefined ? undefined : join(folder, 'agents')
}

function nameOf(id: string): string {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(id).digest('hex').slice(0, 32)
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
