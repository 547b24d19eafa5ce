import { type ProcessStat, readCommandLine, terminalOf } from '../../process/proc.ts'
import { type TerminalUse, terminalUse } from './blocked-read.ts'
import { isInteractiveShell } from './interactive-shell.ts'
import { type TerminalModes, terminalModes } from './terminal-modes.ts'

/** Whose reads count: those of programs that take lines, also those that take keys, or nobody's. */
export type Attention = 'auto' | 'any' | 'no'

/** What a command waits for. */
export interface Question {
  wants: 'answer' | 'password' | 'input' | 'terminal'
  terminal: string
  /** The process that asks. */
  pid: number
  /** The same as long as it is the same question. */
  id: string
}

/** A question that is answered sooner needs no notification, in milliseconds. */
const unanswered = 5000

/** A program that takes keys may be at work: that long without time on a CPU it may be waiting, in milliseconds. */
const idleLongEnough = 10_000

/** A terminal is not asked for its modes more often than this, in milliseconds. */
const modesEvery = 5000

/** Finds the question that a tree of processes waits with, if any. */
export class Questions {
  attention: Attention
  /** Since when each process waits as it does. */
  #waits = new Map<string, number>()
  #modes = new Map<string, { at: number; modes: TerminalModes | undefined }>()
  /** What was found of a read: it stays what it is. */
  #judged = new Map<string, Question['wants'] | undefined>()
  #settled = ''

  constructor(attention: Attention) {
    this.attention = attention
  }

  /**
   * @param idle for how long the tree has used no CPU, in milliseconds
   * @param now of a clock that stands still while nothing can happen
   */
  async find(tree: ProcessStat[], idle: number, now: number): Promise<Question | undefined> {
    if (this.attention === 'no') return undefined
    const uses = tree
      .filter(({ state }) => state === 'S')
      .flatMap((stat) => {
        const use = useBy(stat, tree)
        return use ? [{ ...use, pid: stat.pid }] : []
      })
    this.#waits = new Map(uses.map(({ wait }) => [wait, this.#waits.get(wait) ?? now]))
    this.#judged = new Map([...this.#judged].filter(([wait]) => this.#waits.has(wait)))
    for (const use of uses) {
      if (now - (this.#waits.get(use.wait) ?? now) < unanswered) continue
      const wants = this.#judged.has(use.wait) ? this.#judged.get(use.wait) : await this.#wants(use, idle, now)
      if (use.kind === 'read' && this.#modes.get(use.terminal)?.modes) this.#judged.set(use.wait, wants)
      if (wants) return this.#unlessSettled({ wants, terminal: use.terminal, pid: use.pid, id: use.wait })
    }
    const stopped = this.stoppedReader(tree)
    return stopped && this.#unlessSettled(stopped)
  }

  stoppedReader(tree: ProcessStat[]): Question | undefined {
    if (this.attention === 'no') return undefined
    for (const stat of tree) {
      if (stat.state !== 'T' || stat.tty === 0 || stat.tpgid === stat.pgrp) continue
      const terminal = terminalOf(stat)
      const use = terminal === undefined ? undefined : terminalUse(stat, terminal)
      // The call that the stop has interrupted; it is made again.
      if (use?.kind === 'read') {
        return { wants: 'terminal', terminal: use.terminal, pid: stat.pid, id: `stopped-${use.wait}` }
      }
    }
    return undefined
  }

  settle({ id }: Question): void {
    this.#settled = id
  }

  #unlessSettled(question: Question): Question | undefined {
    return question.id === this.#settled ? undefined : question
  }

  async #wants(use: TerminalUse, idle: number, now: number): Promise<Question['wants'] | undefined> {
    if (use.kind === 'poll' && this.attention === 'auto') return undefined
    const modes = await this.#modesOf(use.terminal, now)
    if (modes === undefined) return undefined
    if (modes.lines && use.kind !== 'poll') {
      if (!modes.echo) return 'password'
      return use.kind === 'read' ? 'answer' : undefined
    }
    if (this.attention === 'auto' || modes.lines) return undefined
    if (use.kind === 'read') return 'answer'
    return idle >= idleLongEnough ? 'input' : undefined
  }

  async #modesOf(terminal: string, now: number): Promise<TerminalModes | undefined> {
    const known = this.#modes.get(terminal)
    if (known && now - known.at < modesEvery) return known.modes
    const modes = await terminalModes(terminal)
    this.#modes.set(terminal, { at: now, modes })
    return modes
  }
}

/** What a process does at a terminal that it is in front of, its own or, where it has none (su), that of the command. */
function useBy(stat: ProcessStat, [root]: ProcessStat[]): TerminalUse | undefined {
  const front = stat.tty === 0 ? root : stat
  const terminal = front && front.tpgid === front.pgrp ? terminalOf(front) : undefined
  if (terminal === undefined) return undefined
  const use = terminalUse(stat, terminal)
  if (use?.kind !== 'read') return stat.tty === 0 ? undefined : use
  // An interactive shell that waits for its next command asks nothing.
  return isInteractiveShell(readCommandLine(stat.pid) ?? []) ? undefined : use
}
