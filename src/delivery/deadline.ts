/** How often a deadline is looked at, in milliseconds. */
const step = 1000

/** A timer that is so late was held up by a stop of the whole process (SIGSTOP, a paused machine), in milliseconds. */
const overslept = 500

/** How many stops at the very end are forgiven: on a machine that is never in time a deadline is to be one, too. */
const mostStops = 5

/**
 * Calls `expired` after so many milliseconds in which this process could run. When a stopped one goes on, its timers
 * come before the answers that have arrived meanwhile (libuv's loop): so the time of a stop is not counted, and after it
 * there is always a step in which they are read.
 *
 * @returns what takes the deadline away
 */
export function startDeadline(milliseconds: number, expired: () => void): () => void {
  let timer: NodeJS.Timeout
  let stops = 0
  const wait = (left: number) => {
    const part = Math.min(step, left)
    const due = now() + part
    timer = setTimeout(() => {
      const rest = left - part
      const late = now() - due > overslept && ++stops <= mostStops
      if (rest > 0 || late) wait(Math.max(rest, late ? step : 0))
      else expired()
    }, part)
  }
  wait(milliseconds)
  return () => clearTimeout(timer)
}

/** Like performance.now(), which loads node:perf_hooks on Node 20. */
function now(): number {
  return process.uptime() * 1000
}
