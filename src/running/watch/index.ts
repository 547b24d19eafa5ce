/*
 * What can be seen of a command while it runs, from outside and without touching it:
 *
 *   tree              the processes that it consists of
 *   blocked-read      which of them is blocked in a read of its terminal
 *   terminal-modes    whether a terminal takes lines, and shows what is typed
 *   question          from these three: it waits for an answer, for a password, or for the terminal
 *   progress          whether the tree has used a CPU or written anything
 *   clock             time that passes while somebody could look
 *   matching          lines of its output that match a pattern
 *
 * Only Linux tells these things. Elsewhere, and of processes that hide (hidepid, another pid namespace), nothing is seen.
 */

import { Clock } from './clock.ts'
import { Progress } from './progress.ts'
import { type Attention, type Question, Questions } from './question.ts'
import { readTree } from './tree.ts'

/** How often a running command is looked at, in milliseconds. */
export const lookEvery = 2000

/** What was seen: each is reported once an episode. */
export type Sight =
  | { kind: 'question'; question: Question }
  | { kind: 'stalled'; for: number; stopped: boolean }
  | { kind: 'overdue'; for: number }

export interface LookFor {
  needsInput: Attention
  /** Milliseconds. */
  stalled?: number | undefined
  /** Milliseconds. */
  overdue?: number | undefined
  /** How long the command had run already, in milliseconds. */
  age?: number
  /** Bytes that have passed through our own pipe. */
  passed?: () => number
}

/** A look at a process and its descendants, again and again. */
export class Watcher {
  readonly #pid: number
  readonly #wanted: LookFor
  readonly #clock = new Clock()
  readonly #questions: Questions
  readonly #progress: Progress
  readonly #start = performance.now()
  #expected = lookEvery
  #overdue = false

  constructor(pid: number, wanted: LookFor) {
    this.#pid = pid
    this.#wanted = wanted
    this.#questions = new Questions(wanted.needsInput)
    this.#progress = new Progress(wanted.stalled !== undefined)
  }

  /** What there is to say now. A question comes again until it is `answered`, as somebody may look at it meanwhile. */
  async look(): Promise<Sight[]> {
    if (this.#clock.tick(this.#expected)) this.#progress.restart()
    const tree = readTree(this.#pid)
    const now = this.#clock.now
    const idle = this.#progress.idleTime(tree, this.#wanted.passed?.() ?? 0, now)
    const sights: Sight[] = []
    const question = await this.#questions.find(tree, idle, now)
    if (question) sights.push({ kind: 'question', question })
    const { stalled, overdue, age = 0 } = this.#wanted
    if (stalled !== undefined && idle >= stalled && this.#progress.isNews()) {
      const stopped = tree[0]?.state === 'T'
      sights.push({ kind: 'stalled', for: stalled, stopped })
    }
    if (overdue !== undefined && !this.#overdue && age + performance.now() - this.#start >= overdue) {
      this.#overdue = true
      sights.push({ kind: 'overdue', for: overdue })
    }
    return sights
  }

  /** Has a process of the tree just been stopped because it wanted to read the terminal? */
  stoppedReader(): Question | undefined {
    return this.#questions.stoppedReader(readTree(this.#pid))
  }

  /** Whose questions count, where that is known later. */
  set attention(attention: Attention) {
    this.#questions.attention = attention
  }

  set overdue(milliseconds: number | undefined) {
    this.#wanted.overdue = milliseconds
  }

  /** This question needs no further word. */
  settle(question: Question): void {
    this.#questions.settle(question)
  }

  /** When to look again, in milliseconds: oftener than usual where a short time is measured. */
  nextLook(): number {
    const { stalled = Number.POSITIVE_INFINITY, overdue, age = 0 } = this.#wanted
    const isDue = overdue === undefined || this.#overdue
    const remaining = isDue ? lookEvery : overdue - age - (performance.now() - this.#start)
    this.#expected = Math.max(20, Math.min(lookEvery, stalled / 4, remaining))
    return this.#expected
  }
}
