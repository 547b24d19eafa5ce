import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { tool } from './locate.ts'
import { readSignalMasks } from './proc.ts'

/** A witness that does not start in this time, milliseconds, is none. */
const startTime = 500

/** What a witness has seen is asked about within this time, milliseconds, or not at all. */
const memory = 1000

/** Ends the command if we end without a word: then nobody would pass anything on to it, or say how it ended. */
const guard = 'read word; [ "$word" ] || kill -KILL "$1"'

/**
 * A second process of our group that blocks all signals: those for the group stay pending in it, where /proc shows them,
 * and those for us alone do not. The kernel sends a signal for a group to the youngest process first (attach_pid puts it
 * at the head of the list that kill goes through), so the witness has it before we have.
 */
export class Witness {
  readonly #pid: number
  #process: ChildProcess | undefined
  #started = 0
  /** Until when a signal counts as seen, by its number. */
  readonly #seen = new Map<number, number>()
  #stopped = false

  /** @param pid of the command */
  constructor(pid: number) {
    this.#pid = pid
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

  stop(): void {
    this.#stopped = true
    this.#process?.kill('SIGKILL')
    this.#process = undefined
  }

  #start(): void {
    const env = tool('env')
    if (env === undefined || this.#stopped) return
    const words = ['--block-signal', '/bin/sh', '-c', guard, 'sh', String(this.#pid)]
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

  /** Notes what is pending in the witness, which another one replaces then; whether it could be asked. */
  #look(): boolean {
    const { pid } = this.#process ?? {}
    const masks = pid === undefined ? undefined : readSignalMasks(pid)
    const all = BigInt(1) << BigInt(constants.signals.SIGTERM - 1)
    if (masks === undefined || (masks.blocked & all) === BigInt(0)) return false
    if (masks.pending === BigInt(0)) return true
    for (let signal = 1; signal <= 64; signal++) {
      if ((masks.pending >> BigInt(signal - 1)) & BigInt(1)) this.#note(signal)
    }
    const last = this.#process
    this.#start()
    last?.kill('SIGKILL')
    return true
  }

  #note(signal: number): void {
    this.#seen.set(signal, performance.now() + memory)
  }
}
