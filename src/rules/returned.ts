import { loadConfig } from '../config/index.ts'
import type { Delivery } from '../outbox/delivery.ts'
import { readStat } from '../process/proc.ts'
import { hasMovedOn } from '../shell/moved-on.ts'
import { wasSeen } from '../shell/seen.ts'

/** Why somebody seems to have come back since a notification was made; nothing if nobody has, or nobody knows. */
export async function hasReturned({ notification, config }: Delivery): Promise<string | undefined> {
  const { id, terminal, source } = notification
  if (terminal === undefined) return undefined
  if (wasSeen(id)) return 'the notification was clicked or closed'
  if (hasMovedOn(notification)) return 'a further command was started in that shell'
  if (source === 'hook' && isBusy(terminal.shellPid)) return 'a further command runs in that shell'
  const { away } = await import('../away/index.ts')
  const options = config === undefined ? {} : (await loadConfig(config)).config.away
  const { answer, source: witness } = await away(terminal, new AbortController().signal, options)
  return answer === 'no' ? `somebody is looking (${witness})` : undefined
}

/** Is another process group than the shell's own in the foreground of its terminal? */
function isBusy(shellPid: number | undefined): boolean {
  const stat = shellPid === undefined ? undefined : readStat(shellPid)
  return stat !== undefined && stat.tpgid > 0 && stat.tpgid !== stat.pgrp
}
