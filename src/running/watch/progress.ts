import { readFileSync, statSync } from 'node:fs'
import { type ProcessStat, terminalOf } from '../../process/proc.ts'

/** For how long a tree of processes has done nothing that can be seen. */
export class Progress {
  readonly #output: boolean
  #seen = ''
  #since = 0
  #reported = false

  /** @param output whether what it writes counts, and not only its time on a CPU */
  constructor(output: boolean) {
    this.#output = output
  }

  /**
   * @param passed bytes that have come through our own pipe
   * @param now of a clock that stands still while nothing can happen
   */
  idleTime(tree: ProcessStat[], passed: number, now: number): number {
    const seen = [
      passed,
      ...tree.map((stat) => (this.#output ? `${workOf(stat)}-${writtenBy(stat)}` : workOf(stat))),
    ].join()
    if (seen !== this.#seen) {
      this.#seen = seen
      this.#since = now
      this.#reported = false
    }
    return now - this.#since
  }

  /** What it did while nobody could look is unknown. */
  restart(): void {
    this.#seen = ''
  }

  /** Once an episode. */
  isNews(): boolean {
    if (this.#reported) return false
    this.#reported = true
    return true
  }
}

function workOf({ pid, startTicks, cpuTicks }: ProcessStat): string {
  return `${pid}-${startTicks}-${cpuTicks}`
}

/** Of a process that cannot be looked into, its terminal says when somebody wrote to it, in steps of 8 s (tty_io.c). */
function writtenBy(stat: ProcessStat): string {
  try {
    return /^wchar: (\d+)/m.exec(readFileSync(`/proc/${stat.pid}/io`, 'latin1'))?.[1] ?? ''
  } catch {
    const terminal = terminalOf(stat)
    return String(terminal && statSync(terminal, { throwIfNoEntry: false })?.mtimeMs)
  }
}
