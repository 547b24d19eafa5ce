import type { ChildProcess } from 'node:child_process'
import { constants } from 'node:os'
import { type JobState, outlives, stateOf } from './job.ts'
import { readSignalMasks, readStat } from './proc.ts'
import { listenToRealTime } from './real-time.ts'
import { harmless, looksLikeOursAlone, passed, users, writers } from './signal-kinds.ts'
import { Witness } from './witness.ts'

/** The link between the signals that we get and a command. */
export interface Relay {
  /** From now on signals reach this child. */
  attach(child: ChildProcess): void
  /** From now on signals do nothing: the command has ended, and its notification is being stored. */
  detach(): void
  /** The real-time signal that must have ended the child: Node calls that an exit with 0. */
  readonly fatal: number | undefined
}

/**
 * Takes over the signals of this process on behalf of a child that is about to be started. What is for the whole group,
 * as a key of the terminal is, reaches the child by itself; what is for us alone is passed on.
 *
 * @param ignored what the caller had ignored, and stays so for us
 * @param writes whether we write to the pipes of the command ourselves
 */
export function relaySignals(ignored: NodeJS.Signals[], writes: boolean, options: RelayOptions): Relay {
  const relay = new SignalRelay(ignored, writes, options)
  relay.listen()
  return relay
}

/**
 * The last chance to say something before we stop, too: because the command wanted to read the terminal in the
 * background (`terminal`), or because somebody has stopped it (`somebody`).
 */
export type BeforeStop = (by: 'terminal' | 'somebody') => Promise<void>

interface RelayOptions {
  /** Whether the command goes on if this process is killed. */
  goesOn: boolean
  beforeStop: BeforeStop | undefined
}

/** Those of one kind that come within this time, milliseconds, are judged together: `timeout` sends two. */
const judging = 10

/** How long what is said before we stop may take, in milliseconds. */
const lastWord = 1000

/** A command that ends sooner, in milliseconds, has no witness, which takes a millisecond or two to start. */
const shortest = 20

class SignalRelay implements Relay {
  private readonly handlers: Partial<Record<NodeJS.Signals, () => void>>
  private readonly beforeStop: BeforeStop | undefined
  fatal: number | undefined
  private readonly hadTerminal = (readStat('self')?.tty ?? 0) !== 0
  private readonly goesOn: boolean
  private child: ChildProcess | undefined
  private witness: Witness | undefined
  private calling: NodeJS.Timeout | undefined
  /** What came before the child was there. */
  private early: number[] = []
  /** How many of a signal have come that are not judged yet. */
  private readonly waiting = new Map<number, number>()
  /** Until the first turn of the event loop a signal may have come before the child was there. */
  private starting = true
  private sawStopKey = false
  private stoppedMyself = false
  /** Something is being said before we stop. */
  private speaking = false
  /** How often we have stopped ourselves. */
  private stops = 0

  constructor(ignored: NodeJS.Signals[], writes: boolean, { goesOn, beforeStop }: RelayOptions) {
    this.beforeStop = beforeStop
    this.goesOn = goesOn
    const handlers: typeof this.handlers = {}
    if (beforeStop && this.hadTerminal) handlers['SIGTTIN'] = () => this.soon(() => this.stopAsReader())
    for (const signal of ['SIGTTIN', 'SIGTTOU'] as const) if (ignored.includes(signal)) handlers[signal] = () => {}
    const more = [...(writes ? [] : writers), ...(this.hadTerminal ? [] : users)]
    for (const signal of [...passed, ...more]) {
      const number = constants.signals[signal]
      // macOS does not have all of them.
      if (number !== undefined) handlers[signal] = () => this.judge(number)
    }
    handlers['SIGTSTP'] = () => this.stopKey()
    handlers['SIGCONT'] = () => this.goOn()
    handlers['SIGCHLD'] = () => this.isStopped() && this.soon(() => this.stopLikeChild())
    this.handlers = process.platform === 'win32' ? { SIGINT: () => {}, SIGBREAK: () => {}, SIGHUP: () => {} } : handlers
  }

  listen(): void {
    for (const [signal, handler] of Object.entries(this.handlers)) process.on(signal, handler)
    listenToRealTime((signal) => {
      const { pid } = this.child ?? {}
      if (pid !== undefined && !outlives(pid, signal)) this.fatal = signal
      this.judge(signal)
    })
    // The witness is to end the command only where we cannot do anything more.
    process.once('exit', () => this.witness?.stop())
  }

  attach(child: ChildProcess): void {
    this.child = child
    for (const signal of this.early.splice(0)) this.send(signal)
    setImmediate(() => {
      this.starting = false
    })
    const { pid } = child
    if (pid === undefined || readSignalMasks('self') === undefined) return
    this.calling = setTimeout(() => {
      this.witness = new Witness(pid, this.goesOn)
    }, shortest)
    this.calling.unref()
  }

  detach(): void {
    this.child = undefined
    this.starting = false
    clearTimeout(this.calling)
    this.witness?.stop()
  }

  /** Passes a signal on if it was for us alone. */
  private judge(signal: number): void {
    if (this.child === undefined || this.starting) {
      if (this.child) this.send(signal)
      else if (this.starting) this.early.push(signal)
      return
    }
    if (this.witness?.isOverlooked(signal)) return
    const before = this.waiting.get(signal) ?? 0
    this.waiting.set(signal, before + 1)
    if (before > 0) return
    const guess = looksLikeOursAlone(signal, this.hadTerminal)
    // A signal with no effect on a witness that does not block it yet cannot be checked.
    const witness = harmless.includes(signal) && !this.witness?.isReady() ? undefined : this.witness
    setTimeout(async () => {
      const seen = this.isInOurGroup() ? ((await witness?.saw(signal)) ?? !guess) : false
      const count = this.waiting.get(signal) ?? 0
      this.waiting.delete(signal)
      if (seen) return
      for (let sent = 0; sent < count; sent++) this.send(signal)
    }, judging)
  }

  /** Not by the child's own method, which knows no real-time signals. */
  private send(signal: number): void {
    const { pid, exitCode, signalCode } = this.child ?? {}
    if (pid === undefined || exitCode !== null || signalCode !== null) return
    try {
      process.kill(pid, signal)
    } catch {}
  }

  private stopKey(): void {
    const signal = constants.signals.SIGTSTP
    this.sawStopKey = true
    if (!(this.isForGroup(signal) ?? !looksLikeOursAlone(signal, this.hadTerminal))) this.send(signal)
    // A child that was stopped already does not say so again.
    void this.stopLikeChild()
  }

  /**
   * The child decides whether and when a key stops it: a full-screen program restores the screen first. We follow, by
   * the same signal, so that the shell sees its job stopped. A background job that somebody else has stopped may be
   * continued without us, so there we go on waiting.
   */
  private async stopLikeChild(): Promise<void> {
    const child = this.stateOfChild()
    if (child?.state !== 'T') return
    const own = readStat('self')
    const isForeground = own && own.tty !== 0 && (own.tpgid === own.pgrp || own.tpgid === child.pgrp)
    if (!this.sawStopKey && !isForeground) return
    if (this.sawStopKey) return this.stopBy('SIGTSTP')
    if (await this.isStoppedAfterWord('somebody')) this.stopBy('SIGSTOP')
  }

  /** The terminal stops the whole group of a background job that reads it; a command that listens is not stopped. */
  private async stopAsReader(): Promise<void> {
    if (await this.isStoppedAfterWord('terminal')) this.stopBy('SIGTTIN')
  }

  /** Whether the child is still stopped when what is to be said before has been said. */
  private async isStoppedAfterWord(by: 'terminal' | 'somebody'): Promise<boolean> {
    if (!this.isStopped() || this.speaking) return false
    if (this.beforeStop === undefined) return true
    const { stops } = this
    this.speaking = true
    await Promise.race([this.beforeStop(by).catch(() => {}), new Promise((resolve) => setTimeout(resolve, lastWord))])
    this.speaking = false
    return stops === this.stops && this.isStopped()
  }

  private stopBy(signal: NodeJS.Signals): void {
    const own = signal === 'SIGSTOP' ? 'SIGTSTP' : signal
    const handler = this.handlers[own] ?? (() => {})
    this.sawStopKey = false
    this.stoppedMyself = true
    this.stops++
    process.removeListener(own, handler)
    process.kill(process.pid, signal)
    process.on(own, handler)
  }

  /** After our own stop the shell has continued the whole group; a CONT that woke only us is passed on. */
  private goOn(): void {
    const wasStopped = this.stoppedMyself
    this.stoppedMyself = false
    if (this.isForGroup(constants.signals.SIGCONT)) return
    const send = () => this.send(constants.signals.SIGCONT)
    if (!wasStopped) send()
    // One that is not stopped any more has been continued, and may soon be stopped again.
    else if (this.isStopped()) this.soon(() => this.isStopped() && !this.sawStopKey && send())
  }

  /** Said at once, and not after a while: what stops a process takes CONT from what is pending in it, and CONT that. */
  private isForGroup(signal: number): boolean | undefined {
    if (!this.isInOurGroup()) return false
    return this.witness?.isOverlooked(signal) || this.witness?.sees(signal)
  }

  /** A child's stop, and a CONT, may come to our notice before the key that was pressed at the same time. */
  private soon(action: () => void): void {
    const stops = this.stops
    setTimeout(() => stops === this.stops && action(), 20)
  }

  private isStopped(): boolean {
    return this.stateOfChild()?.state === 'T'
  }

  /** An interactive shell makes a group of its own: what is for ours does not reach it. */
  private isInOurGroup(): boolean {
    const child = this.stateOfChild()
    return child === undefined || child.pgrp === readStat('self')?.pgrp
  }

  private stateOfChild(): JobState | undefined {
    const pid = this.child?.pid
    return pid === undefined ? undefined : stateOf(pid, this.sawStopKey || this.stoppedMyself)
  }
}
