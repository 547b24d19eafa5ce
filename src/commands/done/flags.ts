import type { FlagValues } from '../../cli/command.ts'
import { attachFlags } from './attach-flags.ts'
import { jobFlags } from './job-flags.ts'
import { watchFlags } from './watch-flags.ts'

export const flags = {
  'longer-than': {
    kind: 'text',
    short: 'L',
    value: 'N',
    description: 'only if it took at least N seconds (90, 5m)',
  },
  'background-only': { kind: 'boolean', short: 'b', description: 'only if you are not looking at the terminal' },
  stdout: { kind: 'boolean', short: 'o', description: 'include the last lines of its stdout' },
  stderr: { kind: 'boolean', short: 'e', description: 'include the last lines of its stderr' },
  tail: {
    kind: 'text',
    value: 'N',
    description: 'include the last N lines of output (default 20; of both streams without -o or -e)',
  },
  log: {
    kind: 'text',
    value: 'WHEN',
    choices: ['always', 'failure'],
    description: 'attach its whole output, without secrets: always, or on failure (10 MB at most)',
  },
  'hide-command': { kind: 'boolean', short: 'H', description: 'leave the command out of the message' },
  progress: { kind: 'boolean', description: 'show a progress indicator, if the terminal has one' },
  on: {
    kind: 'text',
    value: 'WHEN',
    choices: ['success', 'failure', 'always'],
    description: 'notify on success, on failure or always (default)',
  },
  ...watchFlags,
  ...jobFlags,
  ping: {
    kind: 'text',
    value: 'NAME|URL',
    description: 'send heartbeats: a name of `pings` in the configuration, or an address',
  },
  shell: { kind: 'text', value: 'SCRIPT', description: 'run SCRIPT with sh -c' },
  ...attachFlags,
  status: {
    kind: 'text',
    value: 'N',
    description: 'notify of a command that has just ended: make; ntfy done --status $?',
  },
  formatter: { kind: 'text', value: 'COMMAND', hidden: true, description: 'COMMAND STATUS SECONDS: notify of it' },
} as const

export type DoneFlags = FlagValues<typeof flags>
