import type { FlagValues } from '../../cli/command.ts'
import { UsageError } from '../../platform/errors.ts'

export const flags = {
  wait: { kind: 'boolean', description: 'flush: also wait for what other processes are sending' },
  held: { kind: 'boolean', description: 'flush: also send what a rule holds back' },
  due: { kind: 'boolean', description: 'flush: only what is due, respecting Retry-After' },
  failed: { kind: 'boolean', description: 'retry: requeue failed ones (as without an ID)' },
  all: { kind: 'boolean', description: 'drop: everything' },
  'install-timer': {
    kind: 'boolean',
    description: 'flush every ten minutes with a systemd timer, for machines without logins',
  },
} as const

export type QueueFlags = FlagValues<typeof flags>

/** Which verbs each of the flags is for. */
const verbsOf: Record<Exclude<keyof QueueFlags, 'install-timer'>, string[]> = {
  wait: ['flush', 'retry'],
  held: ['flush'],
  due: ['flush'],
  failed: ['retry'],
  all: ['drop'],
}

/** @throws UsageError for a flag that another verb has */
export function refuseOthers(verb: string, flags: QueueFlags): void {
  for (const [flag, its] of Object.entries(verbsOf)) {
    if (flags[flag as keyof QueueFlags] && !its.includes(verb)) {
      throw new UsageError(`queue ${verb}: --${flag} means nothing here (known to queue ${its.join(' and ')})`)
    }
  }
}
