/*
 * Before the program itself: chunks loads its files, code-cache keeps what V8 has made of them, store puts such a file
 * where only its owner can write, and known-node says to the launcher which Node need not be asked for its version.
 */

import { join } from 'node:path'
import { cachesFolder } from '../platform/paths.ts'
import { endPhase } from '../platform/trace.ts'
import { chunkLoader } from './chunks.ts'
import { CodeCache } from './code-cache.ts'
import { noteNode } from './known-node.ts'

declare const __dirname: string

/** What is waited for has files of its own, so that it reads no more than it needs. */
const waitedFor = ['send', 'done']

/** Loads the program and runs a command line. */
export function start(argv: string[]): void {
  endPhase('node')
  const folder = cachesFolder()
  const way = waitedFor.find((verb) => argv.includes(verb)) ?? 'others'
  const { crc32 } = process.getBuiltinModule('node:zlib')
  const installation = crc32(__dirname).toString(16)
  const cache = new CodeCache(
    folder && join(folder, 'code'),
    `${way}-${installation}-${process.version}-${process.arch}`,
  )
  const { run } = chunkLoader(join(__dirname, 'program'), cache)('./entry.cjs') as { run: (argv: string[]) => void }
  let isNoted = false
  const note = () => {
    if (!isNoted) noteNode(folder)
    isNoted = true
  }
  // While something is waited for, if anything is: a command, or an answer.
  setImmediate(note).unref()
  process.on('exit', () => {
    cache.keep()
    note()
  })
  run(argv)
}
