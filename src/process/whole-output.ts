import { Ring } from './ring.ts'

/** So much of the beginning and of the end of an output is kept, in bytes. */
const half = 5 * 1024 * 1024

/** All that a command writes, as far as a log has room for it: head and tail. */
export class WholeOutput {
  readonly #head: Buffer[] = []
  readonly #tail = new Ring(half)
  #headLength = 0
  #length = 0

  push(chunk: Buffer): void {
    this.#length += chunk.length
    const room = half - this.#headLength
    if (room > 0) {
      // The buffer may be written again.
      this.#head.push(Buffer.from(chunk.subarray(0, room)))
      this.#headLength += Math.min(room, chunk.length)
    }
    if (chunk.length > room) this.#tail.push(Buffer.from(chunk.subarray(Math.max(room, 0))))
  }

  /** Head and tail, with what was left out between them, in bytes. */
  parts(): { head: Buffer; tail: Buffer; left: number } {
    const tail = this.#tail.bytes()
    return { head: Buffer.concat(this.#head), tail, left: this.#length - this.#headLength - tail.length }
  }
}
