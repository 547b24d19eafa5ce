import { writeSync } from 'node:fs'

/** Notes for NTFY_TRACE=1 that a phase of a run has ended: of `send`, and before it of what all need. */
export function endPhase(name: string): void {
  if (isTraced()) performance.mark(name)
}

/** Prints how long each phase took, in milliseconds since the process was started. */
export function printPhases(): void {
  if (!isTraced()) return
  endPhase('end')
  let before = 0
  for (const { name, startTime } of performance.getEntriesByType('mark')) {
    const times = [startTime - before, startTime].map((time) => time.toFixed(1).padStart(7))
    writeSync(2, `ntfy: trace: ${name.padEnd(13)}${times.join(' ms')} ms\n`)
    before = startTime
  }
}

/** Not by a constant of the module: nothing on Node 20 that uses `performance` is free. */
function isTraced(): boolean {
  return process.env['NTFY_TRACE'] === '1'
}
