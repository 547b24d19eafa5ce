import { accessSync, constants, existsSync } from 'node:fs'
import { logFile, readLog } from '../history/log.ts'
import { listPlaces, readPlaces } from '../outbox/listing.ts'
import { outboxFolder } from '../outbox/spool.ts'
import { messageOf } from '../platform/errors.ts'
import { makeFolder } from '../platform/folder.ts'
import { localTime } from '../platform/local-time.ts'
import { home, statePlace } from '../platform/paths.ts'
import { callingShell } from '../process/proc.ts'
import { offNow } from '../rules/off.ts'
import type { Check, Finding } from './finding.ts'

/** What is kept: the outbox, the log, the timer that flushes, and whether the hooks are off. */
export const outbox: Check = () => [...folders(), timer(), ...off()]

function folders(): Finding[] {
  const folder = outboxFolder()
  const { folder: state, problem, instead } = statePlace()
  if (folder === undefined || state === undefined) {
    const todo = 'set HOME or XDG_STATE_HOME'
    return [{ check: 'outbox', ok: false, text: `nothing can be kept: ${problem}`, todo, broken: true }]
  }
  try {
    makeFolder(state)
    accessSync(existsSync(folder) ? folder : state, constants.R_OK | constants.W_OK)
    return [...elsewhere(state, instead), contents(folder), log()]
  } catch (error) {
    const text = `${folder} cannot be written: ${messageOf(error)}`
    const todo = 'until it can, whatever cannot be sent at once is lost'
    return [{ check: 'outbox', ok: false, text, todo, broken: true }]
  }
}

function elsewhere(state: string, reason: string | undefined): Finding[] {
  if (reason === undefined) return []
  const todo = 'run ntfy as the user who owns this home'
  return [{ check: 'outbox', ok: true, text: `${reason}: root's state is in ${state}`, todo }]
}

function contents(folder: string): Finding {
  const counts = new Map<string, number>()
  for (const { state } of readPlaces(listPlaces(folder))) counts.set(state, (counts.get(state) ?? 0) + 1)
  if (counts.size === 0) return { check: 'outbox', ok: true, text: 'empty' }
  const text = [...counts].map(([state, count]) => `${count} ${state}`).join(', ')
  const ok = !['parked', 'failed', 'damaged'].some((state) => counts.has(state))
  return { check: 'outbox', ok, text, ...(!ok && { todo: 'ntfy queue shows them' }) }
}

function log(): Finding {
  const last = readLog().at(-1)
  const text =
    last === undefined ? 'nothing delivered yet' : `last delivered: ${last.target}, ${localTime(last.delivered)}`
  return { check: 'log', ok: true, text: `${text} (${logFile()})` }
}

function timer(): Finding {
  const folder = process.env['XDG_CONFIG_HOME'] || `${home() ?? ''}/.config`
  const installed = existsSync(`${folder}/systemd/user/ntfy-flush.timer`)
  return installed
    ? { check: 'timer', ok: true, text: 'retries the outbox every ten minutes' }
    : {
        check: 'timer',
        ok: true,
        text: 'none: the outbox is retried by later runs of ntfy',
        todo: 'ntfy queue --install-timer',
      }
}

function off(): Finding[] {
  const found = offNow(callingShell())
  if (found === undefined) return []
  const until = found.until === undefined ? '' : ` until ${localTime(found.until.toISOString())}`
  const where = found.where === 'here' ? ' in this shell' : ''
  return [{ check: 'hooks', ok: false, text: `off${where}${until}`, todo: 'ntfy on' }]
}
