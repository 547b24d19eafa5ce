/** From one second, doubling, with jitter: many that lost the same server do not come back at the same moment. */
export function pauseAfter(failures: number, most = 5 * 60_000): number {
  const whole = Math.min(most, 1000 * 2 ** Math.min(failures, 20))
  return Math.round(whole * (0.75 + Math.random() / 4))
}

/** Waits, unless the signal ends that. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    signal.addEventListener('abort', done)
  })
}
