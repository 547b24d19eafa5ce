import { constants } from 'node:os'
import type { Outcome } from '../../notification/index.ts'
import { exitCode, NtfyError, UsageError } from '../../platform/errors.ts'
import { redactedText } from '../../redact/lazily.ts'
import { askTool, complaintOf } from './tool.ts'

/** A unit as its manager knows it, or as it has told the one that it triggers. */
export interface Unit {
  name: string
  /** `success`, `exit-code`, `signal`, `timeout`, `oom-kill` ... (systemd.exec(5), $SERVICE_RESULT) */
  result: string
  status?: number
  /** `SIGKILL` */
  signal?: string
  /** Which run of it: what the journal names its lines by. */
  invocation?: string
  durationMs?: number
  state: string
  isLoaded: boolean
}

const properties = [
  ...['Id', 'LoadState', 'ActiveState', 'Result', 'ExecMainCode', 'ExecMainStatus', 'InvocationID'],
  ...['ExecMainStartTimestampMonotonic', 'ExecMainExitTimestampMonotonic'],
]

/** What `systemctl show` says of a unit. */
export async function showUnit(name: string, user: boolean, signal?: AbortSignal): Promise<Unit> {
  if (name.startsWith('-')) throw new UsageError(`${name}: not the name of a unit`)
  const args = [...(user ? ['--user'] : []), 'show', name, `--property=${properties.join(',')}`]
  const answer = await askTool('systemctl', args, signal)
  if (answer.status !== 0) throw new NtfyError(complaintOf('systemctl', answer), exitCode.refused)
  const values = new Map(
    answer.stdout.split('\n').map((line) => {
      const at = line.indexOf('=')
      return [line.slice(0, at), line.slice(at + 1).trim()] as const
    }),
  )
  const text = (property: string) => values.get(property) ?? ''
  const [began, ended] = ['Start', 'Exit'].map((word) => Number(text(`ExecMain${word}TimestampMonotonic`)) || 0)
  return {
    name: text('Id') || name,
    state: text('ActiveState'),
    isLoaded: text('LoadState') !== 'not-found',
    result: text('Result') || 'success',
    ...mainProcess(text('ExecMainCode'), text('ExecMainStatus')),
    ...(text('InvocationID') && { invocation: text('InvocationID') }),
    ...(began && ended && ended >= began && { durationMs: (ended - began) / 1000 }),
  }
}

/** The unit that has triggered the one that we run in: the variables of systemd.exec(5). */
export function monitoredUnit(variables: NodeJS.ProcessEnv = process.env): Unit | undefined {
  const { MONITOR_UNIT: name, MONITOR_SERVICE_RESULT: result } = variables
  if (!name || !result) return undefined
  const { MONITOR_EXIT_CODE: how = '', MONITOR_EXIT_STATUS: status = '', MONITOR_INVOCATION_ID: invocation } = variables
  return {
    name,
    result,
    state: 'inactive',
    isLoaded: true,
    ...mainProcess(how, status),
    ...(invocation && { invocation }),
  }
}

/** By the words of systemd.exec(5), or by the numbers of siginfo_t, which D-Bus and `show` have. */
function mainProcess(how: string, status: string): Pick<Unit, 'status' | 'signal'> {
  if (status === '') return {}
  if (how === 'exited' || how === '1') return { status: Number(status) }
  if (!['killed', 'dumped', '2', '3'].includes(how)) return {}
  if (!/^\d+$/.test(status)) return { signal: `SIG${status.replace(/^SIG/, '')}` }
  const found = Object.entries(constants.signals).find(([, number]) => number === Number(status))
  return { signal: found?.[0] ?? `signal ${status}` }
}

/** The last lines that a run of a unit has written to the journal; none where nobody may read it. */
export async function journalOf({ invocation }: Unit, lines: number): Promise<string> {
  if (invocation === undefined || !/^[0-9a-f]{32}$/i.test(invocation)) return ''
  const how = ['--quiet', '--no-pager', '--output=cat', `--lines=${lines}`]
  const answer = await askTool('journalctl', [...how, `_SYSTEMD_INVOCATION_ID=${invocation}`]).catch(() => undefined)
  return answer?.status === 0 ? answer.stdout.trimEnd() : ''
}

/** How it ended, with its last lines. */
export async function outcomeOfUnit(unit: Unit, lines: number): Promise<Outcome> {
  const { result, status, signal, durationMs } = unit
  const hasSucceeded = result === 'success'
  const output = await journalOf(unit, lines)
  return {
    ...(hasSucceeded ? { status: 0 } : signal !== undefined ? { signal } : { status: status || 1 }),
    ...(durationMs !== undefined && { durationMs }),
    ...(result === 'oom-kill' && { outOfMemory: true as const }),
    ...(output !== '' && { output, redactedOutput: await redactedText(output) }),
  }
}

const meanings: Record<string, string> = {
  timeout: 'it timed out',
  watchdog: 'its watchdog was not served',
  'oom-kill': 'out of memory',
  'start-limit-hit': 'it was restarted too often',
  resources: 'resources were lacking',
  protocol: 'it broke its protocol',
  'core-dump': 'core dumped',
}

/** `backup.service failed (exit-code, status 3)`, without its output. */
export function unitSentence({ name, result, state, status, signal }: Unit, options: { emoji: boolean }): string {
  if (result === 'success' && state === 'active') return `${name} is running`
  if (result === 'success') return `${options.emoji ? '✅ ' : ''}${name} succeeded`
  const words = meanings[result] === undefined ? [] : [meanings[result]]
  if (signal !== undefined) words.push(`killed by ${signal}`)
  else if (status) words.push(`status ${status}`)
  return `${options.emoji ? '❌ ' : ''}${name} failed (${[result, ...words].join(', ')})`
}
