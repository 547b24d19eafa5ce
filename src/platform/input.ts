import { readSync } from 'node:fs'
import { codeOf } from './errors.ts'

/**
 * Reads stdin to its end, or as far as `most` bytes: an endless stream must not be read for ever.
 *
 * @throws the file system's error, but for EAGAIN of a stdin that somebody made non-blocking
 */
export function readInput(most: number): { text: string; whole: boolean } {
  const chunks: Buffer[] = []
  let size = 0
  while (size <= most) {
    const chunk = Buffer.alloc(64 * 1024)
    let read: number
    try {
      read = readSync(0, chunk)
    } catch (error) {
      if (codeOf(error) === 'EOF') break
      if (codeOf(error) !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
      continue
    }
    if (read === 0) break
    chunks.push(chunk.subarray(0, read))
    size += read
  }
  return { text: Buffer.concat(chunks).subarray(0, most).toString('utf8'), whole: size <= most }
}
