/** How much of a command's output is kept, in bytes: more than is shown, as secrets are looked for in all of it. */
export const keptOutput = 64 * 1024

/** The last bytes of a stream of chunks. */
export class Ring {
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
