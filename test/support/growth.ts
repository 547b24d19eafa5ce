import { expect } from 'vitest'

/**
 * Fails if the time of `work` grows faster than the length that it is given: sixteen times the length may take 64 times
 * as long; what grows with the square takes 256 times as long. It counts CPU time, which a busy machine does not stretch.
 */
export function expectProportional(what: string, work: (length: number) => void, length = 16 * 1024): void {
  // Below that, the compiler and the garbage collector decide.
  const floor = 400
  const long = cpuTime(() => work(16 * length), floor)
  if (long < floor) return
  const short = cpuTime(() => work(length))
  expect(long, `${what}: ${short} ms, then ${long} ms`).toBeLessThan(Math.max(64 * short, floor))
}

/** The CPU time of a call in milliseconds: the best of three, or the first below what is enough. */
function cpuTime(work: () => void, enough = 0): number {
  let best = Number.POSITIVE_INFINITY
  for (let run = 0; run < 3 && best >= enough; run++) {
    const start = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(start)
    best = Math.min(best, (user + system) / 1000)
  }
  return best
}
