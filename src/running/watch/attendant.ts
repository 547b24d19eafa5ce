import { type ProcessStat, readCommandLine, readStat } from '../../process/proc.ts'
import { Clock } from './clock.ts'
import { type Question, Questions } from './question.ts'
import { readTree } from './tree.ts'

/** A question that a command of a shell waits with. */
export interface Unanswered extends Pick<Question, 'wants' | 'id'> {
  shell: number
  /** The command: the process that leads the foreground group, or what is left of a pipeline. */
  pid: number
}

/** How long after the last one a look comes, in milliseconds. */
const expected = 5000

/** Looks at what runs in the foreground of shells. */
export class Attendant {
  readonly #clock = new Clock()
  readonly #questions = new Map<string, Questions>()

  async look(shells: ProcessStat[]): Promise<Unanswered[]> {
    this.#clock.tick(expected)
    const found: Unanswered[] = []
    const pids = new Set(shells.map(({ pid }) => pid))
    for (const key of this.#questions.keys()) if (!shells.some((one) => keyOf(one) === key)) this.#questions.delete(key)
    for (const shell of shells) {
      const key = keyOf(shell)
      // Nothing runs in front of a shell at its prompt.
      if (shell.tpgid === shell.pgrp || shell.tpgid <= 0) {
        this.#questions.delete(key)
        continue
      }
      const questions = this.#questions.get(key) ?? new Questions('auto')
      this.#questions.set(key, questions)
      const tree = readTree(shell.pid, (pid) => pid !== shell.pid && (pids.has(pid) || isWrapped(pid)))
      const question = await questions.find(tree, 0, this.#clock.now)
      if (question && question.wants !== 'terminal') {
        found.push({
          wants: question.wants,
          id: question.id,
          shell: shell.pid,
          pid: readStat(shell.tpgid) ? shell.tpgid : question.pid,
        })
      }
    }
    return found
  }
}

function keyOf({ pid, startTicks }: ProcessStat): string {
  return `${pid}-${startTicks}`
}

/** `ntfy done` looks after its command itself. */
function isWrapped(pid: number): boolean {
  const words = readCommandLine(pid) ?? []
  const at = words.findIndex((word) => /(^|\/)(ntfy|ntfy-done|main\.cjs)$/.test(word))
  return at >= 0 && at < 3 && (/ntfy-done$/.test(words[at] ?? '') || words.slice(at).includes('done'))
}
