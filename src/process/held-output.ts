import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { codeOf } from '../platform/errors.ts'
import type { Capture } from './capture.ts'
import { keptOutput } from './ring.ts'

/** The output of a command that is printed only if it turns out to be wanted. */
export interface HeldOutput extends Capture {
  stdout: number
  stderr: number
  /** Copies what was written to where it would have gone. */
  print(): void
}

/**
 * The command writes to files without a name: no pipe that a process left behind could break, or fill our memory through.
 * Where both streams go to the same place, as cron has it, one file keeps the order.
 *
 * @throws the file system's error: there is no room for it
 */
export function holdOutput(): HeldOutput {
  const stdout = namelessFile()
  const stderr = isSamePlace() ? stdout : namelessFile()
  const files = [...new Set([stdout, stderr])]
  return {
    stdout,
    stderr,
    follow: () => {},
    finish: async () => ({ tail: Buffer.concat(files.map(endOf)), failure: undefined }),
    print: () => {
      copy(stdout, 1)
      if (stderr !== stdout) copy(stderr, 2)
    },
  }
}

function isSamePlace(): boolean {
  try {
    const [stdout, stderr] = [fstatSync(1), fstatSync(2)]
    return stdout.dev === stderr.dev && stdout.ino === stderr.ino
  } catch {
    return false
  }
}

function namelessFile(): number {
  const folder = mkdtempSync(join(tmpdir(), 'ntfy-'))
  try {
    return openSync(join(folder, 'output'), 'ax+', 0o600)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function endOf(file: number): Buffer {
  const { size } = fstatSync(file)
  const end = Buffer.alloc(Math.min(size, keptOutput))
  return end.subarray(0, readSync(file, end, 0, end.length, size - end.length))
}

/** A reader that is gone, or a full disk, takes nothing from how the command ended. */
function copy(from: number, to: number): void {
  const chunk = Buffer.alloc(64 * 1024)
  try {
    for (let at = 0; ; ) {
      const length = readSync(from, chunk, 0, chunk.length, at)
      if (length === 0) break
      for (let written = 0; written < length; ) written += writeSome(to, chunk.subarray(written, length))
      at += length
    }
  } catch {
  } finally {
    closeSync(from)
  }
}

/** Somebody may have made the descriptor, which we share, non-blocking. */
function writeSome(to: number, bytes: Buffer): number {
  try {
    return writeSync(to, bytes)
  } catch (error) {
    if (codeOf(error) !== 'EAGAIN') throw error
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    return 0
  }
}
