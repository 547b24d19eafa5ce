import { join } from 'node:path'
import { appendLines, readLines } from '../platform/lines.ts'
import { stateFolder } from '../platform/paths.ts'

/** The journal is put aside at this size, in bytes; with the one before it is 1 MB at most. */
const rotateAt = 512 * 1024

/** What was decided about a command that a hook or `done` saw, an agent's event, or what its user dropped: what `why` explains. */
export interface JournalEntry {
  /** ISO 8601. */
  time: string
  source: 'hook' | 'done' | 'send' | 'drop' | 'agent'
  /** Without its secrets; nothing where it is not to be shown. */
  command?: string
  /** What it was, where that is no command: `unit backup.service`. */
  subject?: string
  /** The agent and what happened, where it is about one. */
  agent?: { name: string; event: string; session: string; project: string }
  status?: number
  signal?: string
  durationMs?: number
  /** The shell whose hook it was, and the threshold there. */
  shellPid?: number
  thresholdMs?: number
  /** What was said of it while it ran: `waits for an answer`. */
  event?: string
  /** The configuration that was used. */
  config?: string
  /** Whether somebody was looking, if that was checked. */
  away?: { answer: string; source: string }
  /** Why there was no notification at all, and the rule that decided it. */
  silent?: { rule: string; reason: string }
  /** What was decided for each target. */
  targets: JournalTarget[]
}

export interface JournalTarget {
  id: string
  target: string
  /** `sent` went into the outbox and from there on: the log and the outbox know what has become of it. */
  decision: 'sent' | 'held' | 'skipped' | 'dropped'
  rule?: string
  reason?: string
}

/** Where the journal is; nothing if there is no place for one. */
export function journalFile(): string | undefined {
  const folder = stateFolder()
  return folder === undefined ? undefined : join(folder, 'journal')
}

/** Notes a decision. */
export function note(entry: JournalEntry): void {
  const path = journalFile()
  if (path !== undefined) appendLines(path, [entry], rotateAt)
}

/** Notes that its user dropped a delivery, and what it was about. */
export function noteDropped({ id, target }: { id: string; target: string }, subject: string): void {
  const targets: JournalTarget[] = [{ id, target, decision: 'dropped', reason: subject }]
  note({ time: new Date().toISOString(), source: 'drop', targets })
}

/** The journal, the oldest entry first. */
export function readJournal(): JournalEntry[] {
  const path = journalFile()
  if (path === undefined) return []
  return (readLines(path) as JournalEntry[]).filter(
    (entry) => typeof entry?.time === 'string' && Array.isArray(entry.targets),
  )
}
