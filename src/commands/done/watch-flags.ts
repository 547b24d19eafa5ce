import { parseDuration } from '../../platform/duration.ts'
import { messageOf, UsageError } from '../../platform/errors.ts'
import type { WatchFor } from '../../rules/watch-for.ts'

/** The flags of `done` for what it notifies of while a command runs. */
export const watchFlags = {
  'needs-input': {
    kind: 'text',
    value: 'WHEN',
    choices: ['auto', 'any', 'no'],
    description:
      'notify when it waits for an answer and nobody is looking (auto on a terminal); any: also programs that take keys',
  },
  stalled: {
    kind: 'text',
    value: 'TIME',
    description: 'notify when it has written nothing and used no CPU for TIME (5m)',
  },
  overdue: {
    kind: 'text',
    value: 'TIME',
    description: 'notify when it takes longer than TIME (2h), or than usual (auto)',
  },
  match: { kind: 'list', value: 'REGEX', description: 'notify when a line of its output matches (repeatable)' },
  started: { kind: 'boolean', description: 'notify when it starts, too' },
} as const

export interface WatchFlagValues {
  'needs-input': string | undefined
  stalled: string | undefined
  overdue: string | undefined
  match: string[]
  started: boolean
}

/** @throws UsageError before anything is run */
export function readWatchFor(flags: WatchFlagValues): WatchFor {
  for (const pattern of flags.match) checkPattern(pattern)
  return {
    needsInput: flags['needs-input'] as WatchFor['needsInput'],
    stalled: duration('stalled', flags.stalled),
    overdue: flags.overdue === 'auto' ? 'auto' : duration('overdue', flags.overdue),
    match: flags.match,
    started: flags.started,
  }
}

function duration(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const milliseconds = parseDuration(text)
  if (milliseconds === undefined || milliseconds <= 0) {
    const others = flag === 'overdue' ? ', or auto' : ''
    throw new UsageError(`--${flag} ${text}: expected a duration (90, 5m, 1h30m)${others}`)
  }
  return milliseconds
}

function checkPattern(pattern: string): void {
  if (pattern === '') throw new UsageError('--match: expected a regular expression, which an empty text is not')
  try {
    new RegExp(pattern)
  } catch (error) {
    throw new UsageError(`--match ${pattern}: ${messageOf(error).replace(/^Invalid regular expression: .*: /s, '')}`)
  }
}
