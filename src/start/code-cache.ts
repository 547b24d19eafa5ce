import type { Script } from 'node:vm'
import { readOwnBytes } from '../platform/own-file.ts'
import { store } from './store.ts'

/** What V8 has compiled of the chunks of earlier runs: two thirds of the time that they take. */
export class CodeCache {
  readonly #folder: string | undefined
  readonly #name: string
  readonly #kept: Kept
  readonly #compiled = new Map<string, { script: Script; source: number }>()
  #isWhole: boolean

  /** @param folder nothing where there is no place for it */
  constructor(folder: string | undefined, name: string) {
    this.#folder = folder
    this.#name = name
    this.#kept = read(folder, name)
    this.#isWhole = this.#kept.runs >= runs
  }

  /** Compiles the text of a chunk, or takes what is kept of it. */
  compile(name: string, path: string, bytes: Buffer): Script {
    const source = crc32(bytes)
    const kept = this.#kept.chunks.get(name)
    const cachedData = kept?.source === source ? kept.data : undefined
    // Not by import, for the sake of --version.
    const vm = process.getBuiltinModule('node:vm')
    const script = new vm.Script(bytes.toString('latin1'), {
      filename: path,
      ...(cachedData && { cachedData }),
    })
    this.#compiled.set(name, { script, source })
    if (cachedData === undefined || script.cachedDataRejected) this.#isWhole = false
    return script
  }

  /** Keeps what this run has compiled, if that may be more than was kept. What cannot be kept costs the next run time. */
  keep(): void {
    if (this.#isWhole || this.#folder === undefined) return
    store(this.#folder, this.#name, () => {
      const all = new Map(this.#kept.chunks)
      for (const [name, { script, source }] of this.#compiled) {
        all.set(name, { source, data: script.createCachedData() })
      }
      return pack({ runs: this.#kept.runs + 1, chunks: all })
    })
  }
}

/** The first run makes what later ones find, and takes other ways than they. So many are looked at. */
const runs = 3

interface Kept {
  /** How many have added to it. */
  runs: number
  /** By the chunk's name. `source` is the CRC of the text that it was compiled from: V8 looks at its length alone. */
  chunks: Map<string, { source: number; data: Buffer }>
}

/** A larger file is none of ours, in bytes. */
const largest = 32 * 1024 * 1024

/** V8 copies what does not begin at a multiple of this, in bytes. */
const alignment = 8

/**
 * The file: its CRC, as V8 would run what was damaged; the length of the table; the table, the runs and a list of
 * `[name, source, length]` in JSON; the data in that order. V8 itself refuses what another version of it has made.
 */
function pack({ runs, chunks }: Kept): Buffer {
  const entries = [...chunks]
  const table = JSON.stringify([runs, entries.map(([name, { source, data }]) => [name, source, data.length])])
  const head = Buffer.alloc(8 + padded(Buffer.byteLength(table)), ' ')
  head.writeUInt32LE(head.length - 8, 4)
  head.write(table, 8)
  const bytes = Buffer.concat([head, ...entries.flatMap(([, { data }]) => [data, padding(data.length)])])
  bytes.writeUInt32LE(crc32(bytes.subarray(4)))
  return bytes
}

function read(folder: string | undefined, name: string): Kept {
  const nothing: Kept = { runs: 0, chunks: new Map() }
  if (folder === undefined) return nothing
  // Nobody else can make a file of ours, whoever can write to the folder.
  const bytes = readOwnBytes(`${folder}/${name}`, largest)
  if (bytes === undefined || bytes.length < 8 || bytes.readUInt32LE() !== crc32(bytes.subarray(4))) return nothing
  try {
    return unpack(bytes)
  } catch {
    return nothing
  }
}

function unpack(bytes: Buffer): Kept {
  let at = 8 + bytes.readUInt32LE(4)
  const [runs, table] = JSON.parse(bytes.toString('latin1', 8, at))
  const chunks: Kept['chunks'] = new Map()
  for (const [chunk, source, length] of table) {
    chunks.set(chunk, { source, data: bytes.subarray(at, at + length) })
    at += padded(length)
  }
  return { runs, chunks }
}

function padded(length: number): number {
  return length + padding(length).length
}

function padding(length: number): Buffer {
  return Buffer.alloc(-length & (alignment - 1))
}

function crc32(bytes: Buffer): number {
  return process.getBuiltinModule('node:zlib').crc32(bytes)
}
