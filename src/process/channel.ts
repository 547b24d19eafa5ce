import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, constants, fstatSync, openSync, write } from 'node:fs'
import { Socket } from 'node:net'
import { isatty } from 'node:tty'

/** One stream: the pipe's reading end, and the descriptor that its bytes go to. */
export class Channel {
  readonly target: number
  readonly childEnd: number | 'pipe'
  private readonly keep: (chunk: Buffer) => void
  /** One that is gone does not say so any more. */
  private readonly isTerminal: boolean
  private readonly ourEnd: number | undefined
  private socket: Socket | undefined
  private ended = false
  private writing = false
  private finishing = false
  /** The terminal that it went to is gone: what comes is only kept. */
  private deaf = false
  /** Why something could not be written; a reader that has gone away is no failure of ours. */
  failure: NodeJS.ErrnoException | undefined
  private bytes = 0

  constructor(target: number, keep: (chunk: Buffer) => void, childEnd: number | 'pipe', ourEnd?: number) {
    this.target = target
    this.isTerminal = isatty(target)
    this.keep = keep
    this.childEnd = childEnd
    this.ourEnd = ourEnd
  }

  follow(child: ChildProcess): void {
    if (typeof this.childEnd === 'number') closeSync(this.childEnd)
    const socket =
      this.ourEnd === undefined
        ? (child.stdio[this.target] as Socket)
        : new Socket({ fd: this.ourEnd, readable: true, writable: false })
    this.socket = socket
    socket.on('data', (chunk: Buffer) => void this.passOn(chunk))
    // A pipe that breaks has ended.
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      this.ended = true
    })
  }

  private async passOn(chunk: Buffer): Promise<void> {
    this.bytes += chunk.length
    this.keep(chunk)
    if (this.deaf) return
    this.socket?.pause()
    this.writing = true
    await this.writeOut(chunk)
    this.writing = false
    if (!this.finishing) this.socket?.resume()
  }

  /** Written by another thread: a reader that is slow must not keep us from passing on signals. */
  private writeOut(chunk: Buffer): Promise<void> {
    return new Promise((resolve) => {
      write(this.target, chunk, (error, written) => {
        // Somebody may have made the descriptor, which we share, non-blocking.
        if (error?.code === 'EAGAIN') setTimeout(() => resolve(this.writeOut(chunk)), 5)
        else if (!error && written < chunk.length) resolve(this.writeOut(chunk.subarray(written)))
        else resolve(this.giveUpOn(error))
      })
    })
  }

  /**
   * The command learns by its next write that the reader is gone, or the disk full. Not of a terminal that is gone: by a
   * pipe it would die of that, and without us it would not.
   */
  private giveUpOn(error: NodeJS.ErrnoException | null): void {
    if (!error) return
    if (this.isTerminal) {
      this.deaf = true
      return
    }
    if (error.code !== 'EPIPE') this.failure = error
    this.socket?.destroy()
  }

  /**
   * What the child has written is in the pipe when it has ended; a process that it left behind may hold the pipe, and
   * write to it, for ever. So it is read until a few turns of the event loop, which read what there is, bring nothing,
   * and for at most as much as a pipe can hold.
   */
  async finish(): Promise<void> {
    const limit = this.bytes + 1024 * 1024
    for (let quiet = 0; quiet < 3 && !this.ended && this.bytes < limit; quiet++) {
      const before = this.bytes
      await new Promise((resolve) => (this.writing ? setTimeout(resolve, 1) : setImmediate(resolve)))
      if (this.writing || this.bytes > before) quiet = -1
    }
    this.finishing = true
    this.socket?.pause()
    while (this.writing) await new Promise((resolve) => setTimeout(resolve, 1))
    const rest: Buffer | null | undefined = this.socket?.read()
    if (rest) await this.passOn(rest)
    if (!this.ended) this.handOver()
    this.socket?.destroy()
  }

  /**
   * A process left behind would die of its next write to a pipe without a reader. Somebody reads on: to the same
   * terminal or file, or, where a reader waits for the end of our pipe, to nowhere.
   */
  private handOver(): void {
    try {
      // Opened anew it blocks, which cat expects.
      const pipe = openSync(`/dev/fd/${this.ourEnd}`, constants.O_RDONLY)
      const stat = fstatSync(this.target)
      const sink = stat.isFIFO() || stat.isSocket() ? 'ignore' : this.target
      spawn('cat', { stdio: [pipe, sink, 'ignore'], detached: true })
        .on('error', () => {})
        .unref()
      closeSync(pipe)
    } catch {}
  }
}
