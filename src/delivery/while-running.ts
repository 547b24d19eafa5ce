import { type Away, askForFocus, away } from '../away/index.ts'
import type { NotificationOptions } from '../config/select.ts'
import type { Outcome, Priority, TerminalReference } from '../notification/index.ts'
import { runningMessage } from '../notification/message.ts'
import { shortDuration } from '../platform/duration.ts'
import { say } from '../platform/output.ts'
import { readStat, terminalOfCaller } from '../process/proc.ts'
import { redactedLines } from '../process/tail.ts'
import type { NotifyWhen } from '../rules/notify-when.ts'
import type { WatchFor } from '../rules/watch-for.ts'
import { type Sight, Watcher } from '../running/watch/index.ts'
import { phraseOfQuestion } from '../running/watch/phrases.ts'
import type { Question } from '../running/watch/question.ts'
import { type Destinations, destinationsFor } from './destinations.ts'
import { handOver } from './index.ts'
import { recordDecision } from './record-decision.ts'
import { isInteractive, type RunningCommand, terminalOfProcess, usualLimit } from './running-command.ts'

interface News {
  phrase: string
  priority?: Priority
  away?: Away
  terminal?: TerminalReference | undefined
  line?: string
}

/** How long the end of a command waits for a look that is under way, in milliseconds. */
const lastLook = 1000

/** While a question is looked at, whether that is still so is asked this often, in milliseconds. */
const askAgain = 10_000

/** Notifies of what a command needs, or does not do, while it runs. Nothing that goes wrong here is its concern. */
export class RunningWatch {
  /** The notification of its end replaces those of its course. */
  readonly thread: string
  /** Whether there is anything to replace. */
  hasNotified = false
  readonly #command: RunningCommand
  readonly #rules: NotifyWhen
  readonly #global: NotificationOptions
  readonly #watcher: Watcher
  readonly #terminal: TerminalReference | undefined
  readonly #watchFor: WatchFor
  readonly #start = performance.now()
  /** What only the configuration and the past know has been found out. */
  #settled = false
  #destinations: Promise<Destinations> | undefined
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> = Promise.resolve()
  #askedAt: number | undefined
  #over = false

  constructor(
    command: RunningCommand,
    watchFor: WatchFor,
    { rules, global, known }: { rules: NotifyWhen; global: NotificationOptions; known: Destinations | undefined },
  ) {
    this.#command = command
    this.#watchFor = watchFor
    this.#rules = rules
    this.#global = global
    this.#destinations = known && Promise.resolve(known)
    this.thread = `run-${command.pid}-${readStat(command.pid)?.startTicks ?? Date.now()}`
    this.#terminal = command.found ? terminalOfProcess(command.pid) : terminalOfCaller()
    this.#watcher = new Watcher(command.pid, {
      needsInput: watchFor.needsInput ?? 'no',
      stalled: watchFor.stalled,
      overdue: watchFor.overdue === 'auto' ? undefined : watchFor.overdue,
      ...(command.found && { age: command.found.age }),
      ...(command.passed && { passed: command.passed }),
    })
    if (watchFor.needsInput !== 'no' || watchFor.stalled !== undefined || watchFor.overdue !== undefined) this.#later()
  }

  async started(): Promise<void> {
    await this.#notify({ phrase: this.#command.found ? 'is being watched' : 'started' })
  }

  async matched(line: string): Promise<void> {
    await this.#notify({ phrase: 'printed', line })
  }

  /** The command has been stopped, and we are about to be. */
  async stopped(by: 'terminal' | 'somebody', { stalled }: WatchFor): Promise<void> {
    if (by === 'somebody' && stalled !== undefined) return this.#notify({ phrase: 'is stopped' })
    await this.#settle()
    const question = by === 'terminal' ? this.#watcher.stoppedReader() : undefined
    if (question) await this.#ask(question)
  }

  /** No more looks; what is being said is said. */
  async end(): Promise<void> {
    this.#over = true
    clearTimeout(this.#timer)
    await Promise.race([this.#looking, new Promise((resolve) => setTimeout(resolve, lastLook).unref())])
  }

  #later(): void {
    this.#timer = setTimeout(() => {
      this.#looking = this.#look()
        .catch((error) => say.debug(`the running command: ${error}`))
        .finally(() => !this.#over && this.#later())
    }, this.#watcher.nextLook())
    this.#timer.unref()
  }

  /** Reads, once, what a command that ends at once does not need. */
  async #settle(): Promise<void> {
    if (this.#settled) return
    this.#settled = true
    const { needsInput, overdue } = this.#watchFor
    if (needsInput === undefined && isInteractive(this.#command)) {
      this.#watcher.attention = (await this.#destinationsNow()).config.needsInput
      // Terminals around tmux report their focus from the moment at which they are asked to.
      if (process.env['TMUX']) await askForFocus(this.#terminal, AbortSignal.timeout(2000)).catch(() => {})
    }
    if (overdue === 'auto') this.#watcher.overdue = await usualLimit(this.#command)
  }

  async #look(): Promise<void> {
    await this.#settle()
    for (const sight of await this.#watcher.look()) {
      if (this.#over) return
      if (sight.kind === 'question') await this.#ask(sight.question)
      else await this.#notify({ phrase: phraseOf(sight) })
    }
  }

  /** Somebody who looks sees the question. */
  async #ask(question: Question): Promise<void> {
    const now = performance.now()
    if (this.#askedAt !== undefined && now - this.#askedAt < askAgain) return
    const terminal = this.#terminal ?? { tty: question.terminal }
    const { config } = await this.#destinationsNow()
    const seen = await away(terminal, new AbortController().signal, { ...config.away, busy: true })
    if (this.#over) return
    if (seen.answer === 'no') {
      this.#askedAt = now
      return
    }
    this.#watcher.settle(question)
    const reference: TerminalReference = seen.answer === 'unknown' ? { ...terminal, unlessFocused: true } : terminal
    await this.#notify({ phrase: phraseOfQuestion(question.wants), priority: 'high', away: seen, terminal: reference })
  }

  async #notify({ phrase, priority, line, ...news }: News): Promise<void> {
    const destinations = await this.#destinationsNow()
    const { pid, command, found } = this.#command
    const outcome: Outcome = { command, durationMs: (found?.age ?? 0) + performance.now() - this.#start }
    if (line !== undefined) {
      outcome.output = line
      outcome.redactedOutput = await redactedLines(Buffer.from(line), 1)
    }
    const { config } = destinations
    const seen = news.away ?? (await away(this.#terminal, new AbortController().signal, { ...config.away, busy: true }))
    const ending = {
      source: found ? ('pid' as const) : ('done' as const),
      outcome,
      hideCommand: this.#rules.hideCommand,
      away: seen,
      sentence: (shown: Outcome) => runningMessage(found && pid, phrase, shown),
      ...(priority && { priority }),
      // Of two lines that match the later one does not replace the other.
      ...(line === undefined && { thread: this.thread }),
    }
    if (this.#rules.onlyAway && seen.answer === 'no') {
      const silent = { rule: '-b', reason: `somebody was looking (${seen.source})` }
      return recordDecision({ ...ending, config: config.path, silent })
    }
    this.hasNotified ||= line === undefined
    const terminal = news.terminal ?? this.#terminal
    await handOver(terminal ? { ...ending, terminal } : ending, destinations, this.#global, false)
  }

  #destinationsNow(): Promise<Destinations> {
    this.#destinations ??= destinationsFor(this.#global)
    return this.#destinations
  }
}

function phraseOf(sight: Exclude<Sight, { kind: 'question' }>): string {
  const time = shortDuration(sight.for).replaceAll(' ', '')
  if (sight.kind === 'overdue') return `is still running after ${time}`
  return sight.stopped ? `is stopped, for ${time} now` : `has written nothing and used no CPU for ${time}`
}
