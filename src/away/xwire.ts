import type { Socket } from 'node:net'

/** No reply to our requests is nearly as long, in bytes. */
const longestAnswer = 256 * 1024

interface Waiting {
  resolve(reply: Buffer | undefined): void
  reject(error: Error): void
}

/** What goes to and comes from an X server; answers come in the order of the requests. */
export class Wire {
  readonly #socket: Socket
  readonly #waiting: Waiting[] = []
  #received: Buffer = Buffer.alloc(0)
  #isSetUp = false
  #problem: Error | undefined

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk) => this.#hear(chunk))
    socket.on('error', (error) => this.#end(error))
    socket.on('close', () => this.#end(new Error('X11: the connection was closed')))
  }

  /** The server's answer to the greeting. */
  async setup(): Promise<Buffer> {
    return (await this.#next()) ?? Buffer.alloc(0)
  }

  /** @returns nothing if the server says that there is no such thing */
  ask(bytes: Buffer): Promise<Buffer | undefined> {
    this.#socket.write(bytes)
    return this.#next()
  }

  /** For a request that has no answer. */
  send(bytes: Buffer): void {
    this.#socket.write(bytes)
  }

  close(): void {
    this.#socket.destroy()
  }

  #next(): Promise<Buffer | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#problem) reject(this.#problem)
      else this.#waiting.push({ resolve, reject })
    })
  }

  #hear(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk])
    for (;;) {
      const length = this.#lengthOfFirst()
      if (length > longestAnswer) this.#socket.destroy(new Error('X11: an answer that is too long'))
      if (length > longestAnswer || this.#received.length < length) return
      const answer = this.#received.subarray(0, length)
      this.#received = this.#received.subarray(length)
      this.#take(answer)
    }
  }

  #lengthOfFirst(): number {
    const bytes = this.#received
    if (bytes.length < 8) return 8
    if (!this.#isSetUp) return 8 + bytes.readUInt16LE(6) * 4
    // Errors (0) and events have 32 bytes, replies (1) and generic events (35) say how many more.
    return bytes[0] === 1 || bytes[0] === 35 ? 32 + bytes.readUInt32LE(4) * 4 : 32
  }

  #take(answer: Buffer): void {
    const kind = answer[0]
    if (this.#isSetUp && kind !== 0 && kind !== 1) return
    const isAnswer = !this.#isSetUp || kind === 1
    this.#isSetUp = true
    this.#waiting.shift()?.resolve(isAnswer ? answer : undefined)
  }

  #end(error: Error): void {
    this.#problem ??= error
    for (const { reject } of this.#waiting.splice(0)) reject(error)
  }
}
