import { parseDuration } from '../platform/duration.ts'
import { loadConfig } from './index.ts'
import { lineOfWord } from './where.ts'

/** The hooks notify of commands that ran this many milliseconds or longer, unless set otherwise. */
const defaultThreshold = 10_000

/** The threshold of the hooks of a shell with this environment, and where it comes from. */
export interface Threshold {
  milliseconds: number
  source: string
  /** Patterns of commands that notify all the same. */
  always: string[]
}

/** In the order of the hooks: dschep/ntfy's variable, ours, the configuration, ten seconds. */
export async function thresholdOf(named: string | undefined): Promise<Threshold> {
  const { config } = await loadConfig(named)
  const { always } = config
  for (const variable of ['AUTO_NTFY_DONE_LONGER_THAN', 'NTFY_LONGER_THAN']) {
    const text = (process.env[variable] ?? '').replace(/^(-L|--longer-than)[= ]?/, '')
    const milliseconds = /^\d*\.?\d*$/.test(text) && /\d/.test(text) ? parseDuration(text) : undefined
    if (milliseconds !== undefined) return { milliseconds, source: variable, always }
  }
  if (config.longerThan === undefined) return { milliseconds: defaultThreshold, source: 'longer_than', always }
  const source = (await lineOfWord(named, 'longer_than')) ?? 'longer_than'
  return { milliseconds: config.longerThan, source, always }
}
