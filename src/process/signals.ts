import type { ChildProcess } from 'node:child_process'
import { spawnSync } from 'node:child_process'
import { type ProcessStat, readStat } from './proc.ts'

/** The link between the signals that we get and a command. */
export interface Relay {
  /** From now on signals reach this child. */
  attach(child: ChildProcess): void
  /** From now on signals do nothing: the command has ended, and what it leaves is to be told. */
  detach(): void
}

type Handlers = Partial<Record<NodeJS.Signals, () => void>>

/**
 * Takes over the signals of this process on behalf of a child that is about to be started. A key reaches the whole
 * foreground group of the terminal, so the child too: its signal is passed on only if we are not in that group.
 *
 * @param ignored what the caller had ignored, and stays so for us
 */
export function relaySignals(ignored: NodeJS.Signals[]): Relay {
  const relay = new SignalRelay(ignored)
  relay.listen()
  return relay
}

const always: NodeJS.Signals[] = ['SIGTERM', 'SIGUSR1', 'SIGUSR2', 'SIGALRM']
const keys: NodeJS.Signals[] = ['SIGINT', 'SIGQUIT']
/** What a process may ignore that Node can ignore as well. */
const ignorable: NodeJS.Signals[] = ['SIGTTIN', 'SIGTTOU', 'SIGVTALRM', 'SIGPROF', 'SIGXCPU', 'SIGIO', 'SIGPWR']

class SignalRelay implements Relay {
  private readonly handlers: Handlers
  private readonly hadTerminal = (readStat('self')?.tty ?? 0) !== 0
  private child: ChildProcess | undefined
  /** What came before the child was there. */
  private early: NodeJS.Signals[] = []
  /** Until the first turn of the event loop a key may have come before the child was there. */
  private starting = true
  private sawStopKey = false
  private stoppedMyself = false
  /** How often we have stopped ourselves. */
  private stops = 0

  constructor(ignored: NodeJS.Signals[]) {
    const handlers: Handlers = {}
    for (const signal of ignorable) if (ignored.includes(signal)) handlers[signal] = () => {}
    for (const signal of always) handlers[signal] = () => this.pass(signal)
    for (const signal of keys) handlers[signal] = () => this.key(signal)
    handlers['SIGTSTP'] = () => this.stopKey()
    handlers['SIGHUP'] = () => this.hangUp()
    handlers['SIGCONT'] = () => this.goOn()
    handlers['SIGCHLD'] = () => this.isStopped() && this.soon(() => this.stopLikeChild())
    this.handlers = process.platform === 'win32' ? { SIGINT: () => {}, SIGBREAK: () => {}, SIGHUP: () => {} } : handlers
  }

  listen(): void {
    for (const [signal, handler] of Object.entries(this.handlers)) process.on(signal, handler)
  }

  attach(child: ChildProcess): void {
    this.child = child
    for (const signal of this.early.splice(0)) child.kill(signal)
    setImmediate(() => {
      this.starting = false
    })
  }

  detach(): void {
    this.child = undefined
    this.starting = false
  }

  private pass(signal: NodeJS.Signals): void {
    if (this.child) this.child.kill(signal)
    else if (this.starting) this.early.push(signal)
  }

  private key(signal: NodeJS.Signals): void {
    if (this.starting || !inForeground()) this.pass(signal)
  }

  private stopKey(): void {
    this.sawStopKey = true
    if (!inForeground()) this.pass('SIGTSTP')
    // A child that was stopped already does not say so again.
    this.stopLikeChild()
  }

  /**
   * When a terminal goes away the kernel or the shell sends HUP to the whole group, once our own terminal is gone;
   * only the leader of the session gets its own before that. Any other HUP may be for us alone.
   */
  private hangUp(): void {
    const own = readStat('self')
    const forGroup = this.hadTerminal && own?.tty === 0 && own.session !== process.pid
    if (!forGroup) this.pass('SIGHUP')
  }

  /**
   * The child decides whether and when a key stops it: a full-screen program restores the screen first. We follow, by
   * the same signal, so that the shell sees its job stopped. A background job that somebody else has stopped may be
   * continued without us, so there we go on waiting.
   */
  private stopLikeChild(): void {
    const child = this.stateOfChild()
    if (child?.state !== 'T') return
    const own = readStat('self')
    const isForeground = own && own.tty !== 0 && (own.tpgid === own.pgrp || own.tpgid === child.pgrp)
    if (!this.sawStopKey && !isForeground) return
    const stop = this.handlers['SIGTSTP'] ?? (() => {})
    const signal = this.sawStopKey ? 'SIGTSTP' : 'SIGSTOP'
    this.sawStopKey = false
    this.stoppedMyself = true
    this.stops++
    process.removeListener('SIGTSTP', stop)
    process.kill(process.pid, signal)
    process.on('SIGTSTP', stop)
  }

  /** After our own stop the shell has continued the whole group; a CONT that woke only us is passed on. */
  private goOn(): void {
    const wasStopped = this.stoppedMyself
    this.stoppedMyself = false
    if (wasStopped) this.soon(() => this.isStopped() && !this.sawStopKey && this.pass('SIGCONT'))
    else this.pass('SIGCONT')
  }

  /** A child's stop, and a CONT, may come to our notice before the key that was pressed at the same time. */
  private soon(action: () => void): void {
    const stops = this.stops
    setTimeout(() => stops === this.stops && action(), 20)
  }

  private isStopped(): boolean {
    return this.stateOfChild()?.state === 'T'
  }

  /** Where there is no /proc, ps is asked; not for every child that ends. */
  private stateOfChild(): Pick<ProcessStat, 'state' | 'pgrp'> | undefined {
    const pid = this.child?.pid
    if (pid === undefined) return undefined
    const stat = readStat(pid)
    if (stat || process.platform === 'linux' || !(this.sawStopKey || this.stoppedMyself)) return stat
    const [state, pgrp] = ps('stat=,pgid=', pid)
    return state ? { state: state.slice(0, 1), pgrp: Number(pgrp) } : undefined
  }
}

function inForeground(): boolean {
  const own = readStat('self')
  if (own) return own.tty !== 0 && own.tpgid === own.pgrp
  const [group, foreground] = ps('pgid=,tpgid=', process.pid)
  return group !== undefined && group === foreground
}

function ps(columns: string, pid: number): string[] {
  const result = spawnSync('ps', ['-o', columns, '-p', String(pid)], { encoding: 'utf8' })
  return result.status === 0 ? result.stdout.trim().split(/\s+/) : []
}
