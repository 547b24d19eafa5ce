import { onTestFinished } from 'vitest'

/** How long a test waits for anything, milliseconds: what takes this long does not come, on a busy machine either. */
export const minutes = 120_000

/** Waits until `condition` gives something true and returns that; fails with `what` after `limit` milliseconds. */
export async function waitFor<T>(
  what: string,
  condition: () => T | Promise<T>,
  limit = minutes,
): Promise<Exclude<T, false | 0 | '' | null | undefined>> {
  const end = performance.now() + limit
  for (;;) {
    const found = await condition()
    if (found) return found as Exclude<T, false | 0 | '' | null | undefined>
    if (performance.now() > end) throw new Error(`not within ${limit} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/**
 * A timer of this many milliseconds, to compare with: timers of one process keep their order on a busy machine, too.
 *
 * @returns whether it has gone off
 */
export function timer(ms: number): () => boolean {
  let over = false
  const handle = setTimeout(() => {
    over = true
  }, ms)
  onTestFinished(() => clearTimeout(handle))
  return () => over
}

/** Waits until `ask` gives `expected`; fails with what it gave last. */
export async function becomes(ask: () => Promise<string>, expected: string): Promise<void> {
  let last = ''
  const isThere = async () => {
    last = await ask()
    return last === expected
  }
  await waitFor(expected, isThere).catch((error: Error) => {
    throw new Error(`${error.message}; it was ${last}`)
  })
}
