import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { closeSync, constants, fstatSync, mkdtempSync, openSync, rmSync, write } from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Streams of a command that go through us: to where they went without us, at once, and into a ring. */
export interface Capture {
  /** What the child gets as its stdout and stderr. */
  stdout: number | 'pipe'
  stderr: number | 'pipe'
  /** Begins to pass on; called once the child has been started. */
  follow(child: ChildProcess): void
  /** Once the child has ended: passes on what it has left behind; the last 64 kB in order of arrival. */
  finish(): Promise<Buffer>
}

export function openCapture(wanted: { stdout: boolean; stderr: boolean }): Capture {
  const ring = new Ring(64 * 1024)
  const channels = openChannels([...(wanted.stdout ? [1] : []), ...(wanted.stderr ? [2] : [])], ring)
  const end = (target: number) => channels.find((channel) => channel.target === target)?.childEnd ?? target
  return {
    stdout: end(1),
    stderr: end(2),
    follow: (child) => {
      for (const channel of channels) channel.follow(child)
    },
    finish: async () => {
      await Promise.all(channels.map((channel) => channel.finish()))
      return ring.bytes()
    },
  }
}

/**
 * Node's own pipes are sockets, and a command that opens /dev/stdout cannot open a socket. A named pipe without its
 * name is a pipe like the shell's.
 */
function openChannels(targets: number[], ring: Ring): Channel[] {
  let folder = ''
  try {
    folder = mkdtempSync(join(tmpdir(), 'ntfy-'))
    const paths = targets.map((target) => join(folder, String(target)))
    if (spawnSync('mkfifo', ['-m', '600', ...paths], { stdio: 'ignore' }).status !== 0) throw new Error('no mkfifo')
    return targets.map((target, index) => {
      const path = paths[index] ?? ''
      const ourEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
      return new Channel(target, ring, openSync(path, constants.O_WRONLY), ourEnd)
    })
  } catch {
    return targets.map((target) => new Channel(target, ring, 'pipe'))
  } finally {
    if (folder) rmSync(folder, { recursive: true, force: true })
  }
}

/** One stream: the pipe's reading end, and the descriptor that its bytes go to. */
class Channel {
  readonly target: number
  readonly childEnd: number | 'pipe'
  private readonly ring: Ring
  private readonly ourEnd: number | undefined
  private socket: Socket | undefined
  private ended = false
  private writing = false
  private deaf = false
  private bytes = 0

  constructor(target: number, ring: Ring, childEnd: number | 'pipe', ourEnd?: number) {
    this.target = target
    this.ring = ring
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
    socket.on('data', (chunk: Buffer) => this.passOn(chunk))
    // A pipe that breaks has ended.
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      this.ended = true
    })
  }

  private passOn(chunk: Buffer): void {
    this.bytes += chunk.length
    this.ring.push(chunk)
    if (this.deaf) return
    this.socket?.pause()
    this.writing = true
    this.writeOut(chunk)
  }

  /** Written by another thread: a reader that is slow must not keep us from passing on signals. */
  private writeOut(chunk: Buffer): void {
    write(this.target, chunk, (error, written) => {
      if (!error && written < chunk.length) return this.writeOut(chunk.subarray(written))
      // Somebody has made the descriptor, which we share, non-blocking.
      if (error?.code === 'EAGAIN') return void setTimeout(() => this.writeOut(chunk), 5)
      this.writing = false
      // The reader is gone: the command learns it as it would without us, by its next write.
      if (error?.code === 'EPIPE') this.socket?.destroy()
      else if (error) this.deaf = true
      this.socket?.resume()
    })
  }

  /**
   * What the child has written is in the pipe when it has ended; a process that it left behind may hold the pipe for
   * ever. So it is read until a turn of the event loop, which reads what there is, brings nothing, and for at most as
   * much as a pipe can hold.
   */
  async finish(): Promise<void> {
    const limit = this.bytes + 1024 * 1024
    for (let quiet = 0; quiet < 3 && !this.ended && this.bytes < limit; quiet++) {
      const before = this.bytes
      await new Promise((resolve) => (this.writing ? setTimeout(resolve, 1) : setImmediate(resolve)))
      if (this.writing || this.bytes > before) quiet = -1
    }
    while (this.writing) await new Promise((resolve) => setTimeout(resolve, 1))
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

/** The last bytes of a stream of chunks. */
class Ring {
  private chunks: Buffer[] = []
  private length = 0
  private readonly capacity: number

  constructor(capacity: number) {
    this.capacity = capacity
  }

  push(chunk: Buffer): void {
    this.chunks.push(chunk)
    this.length += chunk.length
    for (let first = this.chunks[0]; first && this.length - first.length >= this.capacity; first = this.chunks[0]) {
      this.chunks.shift()
      this.length -= first.length
    }
  }

  bytes(): Buffer {
    return Buffer.concat(this.chunks).subarray(-this.capacity)
  }
}
