import { renameSync, statSync, unlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeFolder } from './folder.ts'
import { largest } from './largest.ts'
import { appendOwn, readOwn } from './own-file.ts'

/** Longest text of a line, and longest line, in characters. */
const longestText = 4096
const longestLine = 256 * 1024

/**
 * Adds lines of JSON to a file that only its owner can read. When it has `rotateAt` bytes it is put aside as `FILE.1`,
 * in the place of the one before. A file that cannot be written is no reason to complain: what it records has been done.
 */
export function appendLines(path: string, lines: unknown[], rotateAt: number): void {
  try {
    makeFolder(dirname(path))
    let pending = ''
    const write = () => {
      if (isFull(path, rotateAt)) rotate(path, rotateAt)
      appendOwn(path, pending)
      pending = ''
    }
    for (const line of lines) {
      const text = `${JSON.stringify(line, shortened)}\n`
      if (text.length <= longestLine) pending += text
      // A digest of thousands has a line for each: they are not to fill a file at once.
      if (pending.length > longestLine) write()
    }
    if (pending !== '') write()
  } catch {}
}

function shortened(_: string, value: unknown): unknown {
  return typeof value === 'string' && value.length > longestText
    ? `${value.slice(0, longestText).toWellFormed()}…`
    : value
}

/** The lines of such a file, the oldest first; damaged ones are left out. */
export function readLines(path: string): unknown[] {
  return [`${path}.1`, path].flatMap(linesOf)
}

function linesOf(file: string): unknown[] {
  const text = readOwn(file, largest.lines) ?? ''
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as unknown]
    } catch {
      return []
    }
  })
}

function isFull(path: string, rotateAt: number): boolean {
  try {
    return statSync(path).size > rotateAt
  } catch {
    return false
  }
}

/** Two processes may find it full at the same time: the later one would overwrite the old file with the new one. */
function rotate(path: string, rotateAt: number): void {
  const mine = `${path}.${process.pid}`
  renameSync(path, mine)
  if (isFull(mine, rotateAt)) {
    renameSync(mine, `${path}.1`)
  } else {
    appendOwn(path, readOwn(mine, largest.lines) ?? '')
    unlinkSync(mine)
  }
}
