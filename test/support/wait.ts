/** Waits until `condition` gives something true and returns that; fails with `what` after `limit` milliseconds. */
export async function waitFor<T>(
  what: string,
  condition: () => T | Promise<T>,
  limit = 10_000,
): Promise<Exclude<T, false | 0 | '' | null | undefined>> {
  const end = performance.now() + limit
  for (;;) {
    const found = await condition()
    if (found) return found as Exclude<T, false | 0 | '' | null | undefined>
    if (performance.now() > end) throw new Error(`not within ${limit} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
