import type { Away } from '../away/index.ts'
import type { NotificationOptions } from '../config/select.ts'
import { makeNotification } from '../notification/create.ts'
import type { Attachment, Notification, Outcome, Priority, Source, TerminalReference } from '../notification/index.ts'
import { outcomeMessage, processMessage } from '../notification/message.ts'
import { keepFiles } from '../outbox/attachments.ts'
import { outboxFolder } from '../outbox/spool.ts'
import { messageOf } from '../platform/errors.ts'
import { say } from '../platform/output.ts'
import type { StatsKey } from '../running/stats/index.ts'
import type { Destinations } from './destinations.ts'
import type { Draft } from './redacted-view.ts'

/** What has ended. */
export interface EndedCommand {
  source: Source
  outcome: Outcome
  /** What it was, where that is no command: `unit backup.service`. */
  subject?: string
  /** The process that was watched, whose status nobody but its parent can know. */
  pid?: number
  terminal?: TerminalReference
  thread?: string
  /** No target and no journal gets the command; the rules still know it. */
  hideCommand?: boolean
  /** Whether somebody was looking, if that was checked. */
  away?: Away
  /** The shell that a hook speaks for, and its threshold. */
  threshold?: { shellPid: number; thresholdMs: number }
  priority?: Priority
  /** The id of its first delivery, by which it is recognized if this process is killed. */
  id?: string
  /** Where more of it is to be seen. */
  url?: string
  /** What is said of it, where that is not how it ended, or it still runs. */
  sentence?: (outcome: Outcome) => string
  /** By which its usual duration is known; nothing for a private one. */
  key?: StatsKey
  /** Its whole output, to be attached. */
  log?: { name: string; path: string; content: Buffer }
  /** The run of many ranks that it is a failure of one of. */
  ranks?: string
  /** When it happened, ISO 8601, and where, if not now and here. */
  time?: string
  origin?: Notification['origin']
}

/** The notification of a command that has ended, without what each target makes of it. */
export function describe(
  { pid, ...ending }: EndedCommand,
  { trouble }: Destinations,
  global: NotificationOptions,
): Draft {
  const usual = (outcome: Outcome) =>
    pid === undefined ? outcomeMessage(outcome, { emoji: global.emoji }) : processMessage(pid, outcome)
  const said = ending.sentence ?? usual
  const sentence = (outcome: Outcome) =>
    trouble === undefined ? said(outcome) : `${said(outcome)}\nThe configuration is broken: ${trouble}`
  const notification = makeNotification(ending.source, '', {
    outcome: ending.outcome,
    ...(ending.priority && { priority: ending.priority }),
    ...(global.title !== undefined && { title: global.title }),
    ...(ending.terminal && { terminal: ending.terminal }),
    ...(ending.url !== undefined && { url: ending.url }),
    ...(ending.thread !== undefined && { thread: ending.thread }),
    ...(ending.time !== undefined && { time: ending.time }),
    ...(ending.origin && { origin: ending.origin }),
  })
  const attachments = ending.log && attached(notification.id, ending.log)
  return {
    ...notification,
    ...(attachments && { attachments }),
    sentence,
    ...(ending.hideCommand && { hideCommand: true }),
  }
}

/** A log that cannot be kept is no reason to say nothing of the command. */
function attached(id: string, log: NonNullable<EndedCommand['log']>): Attachment[] | undefined {
  const folder = outboxFolder()
  try {
    return folder === undefined ? undefined : keepFiles(folder, id, [log])
  } catch (error) {
    say.error(`--log: ${messageOf(error)}`)
    return undefined
  }
}
