import type { Script } from 'node:vm'
import { readOwnInto } from '../platform/own-file.ts'
import { store } from './store.ts'

/** What V8 has compiled of the chunks of earlier runs: two thirds of the time that they take. */
export class CodeCache {
  readonly #folder: string | undefined
  readonly #name: string
  readonly #file: string | undefined
  readonly #kept: Kept
  readonly #compiled = new Map<string, { script: Script; source: number }>()
  /** For the data of one chunk after the other: V8 keeps none of them. */
  readonly #memory: Buffer
  #isWhole: boolean

  /** @param folder nothing where there is no place for it */
  constructor(folder: string | undefined, name: string) {
    this.#folder = folder
    this.#name = name
    this.#file = folder && `${folder}/${name}`
    this.#kept = readTable(this.#file)
    this.#memory = Buffer.allocUnsafeSlow(Math.max(0, ...[...this.#kept.chunks.values()].map(({ length }) => length)))
    this.#isWhole = this.#kept.runs >= runs
  }

  /** Compiles the text of a chunk, or takes what is kept of it. */
  compile(name: string, path: string, bytes: Buffer): Script {
    const source = crc32(bytes)
    const cachedData = this.#dataOf(name, source)
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
      const all = new Map<string, { source: number; data: Buffer }>()
      for (const [name, { source }] of this.#kept.chunks) {
        const data = this.#compiled.has(name) ? undefined : this.#dataOf(name, source)
        if (data !== undefined) all.set(name, { source, data: Buffer.from(data) })
      }
      for (const [name, { script, source }] of this.#compiled) {
        all.set(name, { source, data: script.createCachedData() })
      }
      return pack(this.#kept.runs + 1, all)
    })
  }

  #dataOf(name: string, source: number): Buffer | undefined {
    const kept = this.#kept.chunks.get(name)
    if (this.#file === undefined || kept?.source !== source) return undefined
    const data = this.#memory.subarray(0, kept.length)
    return readOwnInto(data, this.#file, kept.at) === kept.length && crc32(data) === kept.crc ? data : undefined
  }
}

/** The first run makes what later ones find, and takes other ways than they. So many are looked at. */
const runs = 3

interface Kept {
  /** How many have added to it. */
  runs: number
  /** By the chunk's name. */
  chunks: Map<string, KeptChunk>
}

interface KeptChunk {
  /** The CRC of the text that it was compiled from: V8 looks at its length alone. */
  source: number
  /** Where its data begin in the file. */
  at: number
  length: number
  /** Their CRC, as V8 would run what was damaged. */
  crc: number
}

/** At most so long are the table and what stands before it, in bytes; a longer one is none of ours. */
const longestTable = 8 * 1024

/** V8 copies what does not begin at a multiple of this, in bytes. */
const alignment = 8

/**
 * The file: the CRC of the table, its length, the table in JSON: the runs and a list of `[name, source, length, crc]`;
 * the data in that order. A run reads what it uses. V8 itself refuses what another version of it has made.
 */
function pack(runs: number, chunks: Map<string, { source: number; data: Buffer }>): Buffer {
  const entries = [...chunks]
  const lines = entries.map(([name, { source, data }]) => [name, source, data.length, crc32(data)])
  const table = Buffer.from(JSON.stringify([runs, lines]))
  const head = Buffer.alloc(8 + padded(table.length), ' ')
  head.writeUInt32LE(head.length - 8, 4)
  table.copy(head, 8)
  head.writeUInt32LE(crc32(head.subarray(4)))
  return Buffer.concat([
    head,
    ...entries.flatMap(([, { data }]) => [data, Buffer.alloc(padded(data.length) - data.length)]),
  ])
}

function readTable(file: string | undefined): Kept {
  const nothing: Kept = { runs: 0, chunks: new Map() }
  // Nobody else can make a file of ours, whoever can write to the folder.
  const bytes = Buffer.allocUnsafeSlow(longestTable)
  const length = file === undefined ? 0 : readOwnInto(bytes, file, 0)
  if (length < 8) return nothing
  let at = 8 + bytes.readUInt32LE(4)
  if (at > length || bytes.readUInt32LE() !== crc32(bytes.subarray(4, at))) return nothing
  const [runs, table] = JSON.parse(bytes.toString('latin1', 8, at))
  const chunks: Kept['chunks'] = new Map()
  for (const [name, source, length, crc] of table) {
    chunks.set(name, { source, at, length, crc })
    at += padded(length)
  }
  return { runs, chunks }
}

function padded(length: number): number {
  return length + (-length & (alignment - 1))
}

function crc32(bytes: Buffer): number {
  return process.getBuiltinModule('node:zlib').crc32(bytes)
}
