import type { FlagValues } from '../../cli/command.ts'
import { parseDuration } from '../../platform/duration.ts'
import { UsageError } from '../../platform/errors.ts'

/** The flags of `done` for what runs already. */
export const attachFlags = {
  pid: {
    kind: 'list',
    short: 'p',
    value: 'PID',
    optional: true,
    description: 'wait for a running process instead (repeatable; without PID choose one)',
  },
  name: {
    kind: 'text',
    value: 'NAME',
    description: 'wait for the process of that name, or with it in its command line (also a /regex/)',
  },
  newest: { kind: 'boolean', description: 'with --name: of several the one that was started last' },
  all: { kind: 'boolean', description: 'with --name: all of them, a notification each' },
  'wait-for-start': {
    kind: 'text',
    value: 'TIME',
    description: 'with --name: wait so long for it to start (5m)',
  },
  container: { kind: 'list', value: 'NAME', description: 'wait for a container of docker or podman (repeatable)' },
  unit: { kind: 'list', value: 'NAME', description: 'wait for a systemd unit (repeatable)' },
  'gh-run': {
    kind: 'list',
    value: 'ID',
    optional: true,
    description: 'wait for a run of GitHub Actions (without ID the newest)',
  },
  ssh: { kind: 'text', value: 'HOST', description: 'with --pid: a process of that host' },
} as const

export type AttachFlags = FlagValues<typeof attachFlags>

/** Whether there is anything to wait for instead of a command. */
export function isAttached({ pid, name, container, unit, 'gh-run': run }: AttachFlags): boolean {
  return name !== undefined || [pid, container, unit, run].some((list) => list.length > 0)
}

/**
 * @returns how long to wait for a process of that name to start, in milliseconds
 * @throws UsageError for flags that mean nothing together
 */
export function checkAttached(flags: AttachFlags & { status?: string | undefined }): number | undefined {
  const { name, newest, all, ssh, pid, container, unit, 'gh-run': run, 'wait-for-start': patience } = flags
  const kinds = {
    '--pid': pid,
    '--name': name === undefined ? [] : [name],
    '--container': container,
    '--unit': unit,
    '--gh-run': run,
    '--status': flags.status === undefined ? [] : [flags.status],
  }
  const given = Object.entries(kinds).flatMap(([flag, values]) => (values.length > 0 ? [flag] : []))
  if (given.length > 1) throw new UsageError(`${given.join(' and ')}: expected one of them`)
  const ofName = { '--newest': newest, '--all': all, '--wait-for-start': patience !== undefined }
  const [lonely] = Object.entries(ofName).find(([, isGiven]) => isGiven && name === undefined) ?? []
  if (lonely !== undefined) throw new UsageError(`${lonely}: expected --name NAME beside it`)
  if (newest && all) throw new UsageError('--newest and --all: expected one of them')
  if (ssh !== undefined && pid.length === 0) throw new UsageError('--ssh: expected --pid PID beside it')
  const milliseconds = patience === undefined ? undefined : parseDuration(patience)
  if (patience !== undefined && !milliseconds) {
    throw new UsageError(`--wait-for-start ${patience}: expected a duration (90, 5m, 1h30m)`)
  }
  return milliseconds
}
