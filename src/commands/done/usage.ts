import { basename } from 'node:path'
import { originHere } from '../../notification/create.ts'
import { hasFailed, type Outcome } from '../../notification/index.ts'
import { commandText } from '../../process/quote.ts'
import type { Ended } from '../../process/run.ts'
import type { Meter } from '../../process/usage.ts'
import { recordRun, type StatsKey, statsKey } from '../../running/stats/index.ts'
import { areStatsOff } from '../../running/stats/switch.ts'

/** Programs that run another one, and shells: what these run is what counts. */
const wrapping = /^(?:sudo|doas|env|time|nice|ionice|nohup|setsid|stdbuf|timeout|(?:ba|da|z|k|a|fi)?sh)$/

/** By which a command's usual duration is known. */
export async function keyOf(argv: string[]): Promise<StatsKey | undefined> {
  const { cwd } = originHere()
  if (!wrapping.test(basename(argv[0] ?? ''))) return statsKey(argv, cwd)
  return (await import('../../delivery/usual.ts')).keyOfLine(commandText(argv), cwd)
}

/** What a command used, for its outcome. */
export function usageOf(meter: Meter | undefined, ended: Ended): Pick<Outcome, 'cpuMs' | 'peak' | 'outOfMemory'> {
  const { cpuMs, peak, outOfMemory = false } = meter?.stop() ?? {}
  const wasKilled =
    ended.kind === 'signaled' ? ended.signal === 'SIGKILL' : ended.kind === 'exited' && ended.code === 137
  return {
    ...(cpuMs !== undefined && { cpuMs }),
    ...(peak !== undefined && { peak }),
    ...(outOfMemory && wasKilled && { outOfMemory: true }),
  }
}

/** Keeps how long a command took that notifies nobody. */
export function keepQuietly({ durationMs, peak, ...outcome }: Outcome, key: StatsKey | undefined): void {
  if (key === undefined || durationMs === undefined || hasFailed({ outcome }) || areStatsOff()) return
  recordRun(key, { durationMs, peak })
}
