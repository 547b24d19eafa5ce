import { expect } from 'vitest'

/**
 * Fails if the time of `work` grows faster than the length that it is given: sixteen times the length may take 64 times
 * as long; what grows with the square takes 256 times as long. It counts CPU time, which a busy machine does not stretch.
 */
export function expectProportional(what: string, work: (length: number) => void, length = 16 * 1024): void {
  const [short, long] = [cpuTime(() => work(length)), cpuTime(() => work(16 * length))]
  // Below that, the compiler and the garbage collector decide.
  const floor = 400
  expect(long, `${what}: ${short} ms, then ${long} ms`).toBeLessThan(Math.max(64 * short, floor))
}

/** The CPU time of a call in milliseconds: the best of three. */
function cpuTime(work: () => void): number {
  const times = [1, 2, 3].map(() => {
    const start = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(start)
    return (user + system) / 1000
  })
  return Math.min(...times)
}
