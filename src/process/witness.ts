import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { tool } from './locate.ts'
import { readSignalMasks } from './proc.ts'

/** A witness that does not start in this time, milliseconds, is none. */
const startTime = 500

/** A witness is queried within this time, in milliseconds, or not at all. */
const memory = 1000

/** A handler runs within this time after its signal, milliseconds, also on a busy machine. */
const replacing = 25

/** Ends the command if we end without a word and nobody would ever notify of its end. */
const guard = 'read word; [ "$word" ] || kill -KILL "$1"'
/** Where the command goes on without us, a later run notifies. */
const noGuard = 'read word'

/**
 * A second process of our group that blocks all signals: those for the group stay pending in it, where /proc shows them,
 * and those for us alone do not. The kernel sends a signal for a group to the youngest process first (attach_pid puts it
 * at the head of the list that kill goes through), so the witness has it before we have.
 */
export class Witness {
  readonly #pid: number
  readonly #script: string
  #process: ChildProcess | undefined
  #started = 0
  /** Until when a signal counts as seen, by its number. */
  readonly #seen = new Map<number, number>()
  /** What was seen last, for as long as handlers may run of signals that came before this witness was there. */
  #replacedFor: number[] = []
  #stopped = false

  /**
   * @param pid of the command
   * @param goesOn whether the command goes on if this process is killed
   */
  constructor(pid: number, goesOn: boolean) {
    this.#pid = pid
    this.#script = goesOn ? noGuard : guard
    this.#start()
  }

  /** Was this signal, which we have got, one for the whole group? Nothing if that cannot be said now. */
  sees(signal: number): boolean | undefined {
    const ready = this.#look()
    const until = this.#seen.get(signal)
    this.#seen.delete(signal)
    if (until !== undefined && until > performance.now()) return true
    return ready ? false : undefined
  }

  /** The same, if need be after a while; nothing if there is no witness. */
  async saw(signal: number): Promise<boolean | undefined> {
    for (;;) {
      const seen = this.sees(signal)
      if (seen !== undefined) return seen
      if (this.#process === undefined || performance.now() > this.#started + startTime) return undefined
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }

  /**
   * May a signal whose handler runs now have come between the last look at one witness and the start of the next? It
   * follows at the heels of one of its kind that the whole group got, and counts as the same.
   */
  isOverlooked(signal: number): boolean {
    return this.#replacedFor.includes(signal)
  }

  isReady(): boolean {
    const { pid } = this.#process ?? {}
    return pid !== undefined && isBlocking(readSignalMasks(pid))
  }

  stop(): void {
    this.#stopped = true
    this.#process?.kill('SIGKILL')
    this.#process = undefined
  }

  #start(): void {
    const env = tool('env')
    if (env === undefined || this.#stopped) return
    const words = ['--block-signal', '/bin/sh', '-c', this.#script, 'sh', String(this.#pid)]
    const witness = spawn(env, words, { stdio: ['pipe', 'ignore', 'ignore'], env: {} })
    this.#process = witness
    this.#started = performance.now()
    const gone = (_: unknown, signal: NodeJS.Signals | null = null) => {
      if (this.#process !== witness) return
      this.#process = undefined
      // By a signal that it could not block yet.
      if (signal === null || signal === 'SIGKILL' || this.#stopped) return
      this.#note(constants.signals[signal])
      this.#start()
    }
    witness.on('error', gone).on('exit', gone)
    witness.stdin?.on('error', () => {})
    witness.unref()
    // What it reads from is a handle of its own.
    ;(witness.stdin as unknown as { unref(): void } | null)?.unref()
  }

  /** Notes what is pending in the witness, which another one then replaces; returns whether it could be queried. */
  #look(): boolean {
    const { pid } = this.#process ?? {}
    const masks = pid === undefined ? undefined : readSignalMasks(pid)
    if (masks === undefined || !isBlocking(masks)) return false
    if (masks.pending !== BigInt(0)) this.#replace(signalsIn(masks.pending))
    return true
  }

  /** Signals do not queue: one that is pending hides those that follow. */
  #replace(pending: number[]): void {
    for (const signal of pending) this.#note(signal)
    const last = this.#process
    this.#start()
    last?.kill('SIGKILL')
    this.#replacedFor = pending
    setTimeout(() => {
      if (this.#replacedFor === pending) this.#replacedFor = []
    }, replacing).unref()
  }

  #note(signal: number): void {
    this.#seen.set(signal, performance.now() + memory)
  }
}

function isBlocking(masks: { blocked: bigint } | undefined): boolean {
  return masks !== undefined && signalsIn(masks.blocked).includes(constants.signals.SIGTERM)
}

function signalsIn(mask: bigint): number[] {
  return Array.from({ length: 64 }, (_, index) => index + 1).filter(
    (signal) => (mask >> BigInt(signal - 1)) & BigInt(1),
  )
}
