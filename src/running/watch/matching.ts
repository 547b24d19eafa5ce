import type { Worker } from 'node:worker_threads'
import { messageOf } from '../../platform/errors.ts'
import { say } from '../../platform/output.ts'

/** A line of the output that one of the patterns matches. */
export interface Match {
  pattern: string
  line: string
}

/** After a match a pattern says nothing for this time, in milliseconds. */
const quietTime = 30_000

/** A pattern that takes longer over what is read at once, in milliseconds, is given up: it may backtrack for ever. */
const patience = 2000

/** What waits to be looked at, in bytes; what comes on top of that is passed over. */
const mostWaiting = 64 * 1024 * 1024

/** Finds lines in a command's output, in a thread of its own, so that no pattern can hold the output up. */
export class Matcher {
  #patterns: string[]
  readonly #onMatch: (match: Match) => void
  /** Nothing where none can be started: then nothing matches, and the command runs as it would. */
  #thread: Promise<Worker | undefined> | undefined
  #waiting: Work[] = []
  #bytes = 0
  #timer: NodeJS.Timeout | undefined
  #whenDone: () => void = () => {}
  readonly #quietUntil = new Map<string, number>()
  /** The number of the pattern that is being tried. */
  readonly #trying = new Int32Array(new SharedArrayBuffer(4))

  constructor(patterns: string[], onMatch: (match: Match) => void) {
    this.#patterns = patterns
    this.#onMatch = onMatch
    this.#thread = this.#open()
  }

  feed(bytes: Buffer, stream: number): void {
    if (this.#patterns.length === 0 || this.#bytes > mostWaiting) return
    this.#bytes += bytes.length
    this.#give({ bytes, stream, last: false })
  }

  /** Also looks at a last line without its end. */
  async finish(): Promise<void> {
    if (this.#patterns.length === 0) return
    const done = new Promise<void>((resolve) => {
      this.#whenDone = resolve
    })
    this.#give({ bytes: Buffer.alloc(0), stream: 0, last: true })
    await Promise.race([done, new Promise((resolve) => setTimeout(resolve, patience))])
    this.#patterns = []
    clearTimeout(this.#timer)
    void this.#thread?.then((thread) => thread?.terminate())
  }

  #open(): Promise<Worker | undefined> {
    return this.#start().catch((error: unknown) => {
      say.error(`--match: the output cannot be looked at: ${messageOf(error)}`)
      this.#patterns = []
      this.#waiting = []
      this.#bytes = 0
      clearTimeout(this.#timer)
      this.#whenDone()
      return undefined
    })
  }

  async #start(): Promise<Worker> {
    const { Worker } = await import('node:worker_threads')
    const thread = new Worker(`(${matchLines.toString()})()`, {
      eval: true,
      workerData: { patterns: this.#patterns, quietTime, trying: this.#trying },
      env: {},
      execArgv: [],
    })
    thread.on('message', (matches: [number, string][]) => this.#take(matches))
    thread.on('error', () => {})
    thread.unref()
    return thread
  }

  #give(work: Work): void {
    this.#waiting.push(work)
    this.#timer ??= this.#watch()
    void this.#thread?.then((thread) => thread && post(thread, work))
  }

  #take(matches: [number, string][]): void {
    const work = this.#waiting.shift()
    this.#bytes -= work?.bytes.length ?? 0
    clearTimeout(this.#timer)
    this.#timer = this.#waiting.length > 0 ? this.#watch() : undefined
    for (const [index, line] of matches) this.#report({ pattern: this.#patterns[index] ?? '', line })
    if (work?.last) this.#whenDone()
  }

  /** A thread that replaces another one knows nothing of its matches. */
  #report(match: Match): void {
    const now = performance.now()
    if ((this.#quietUntil.get(match.pattern) ?? 0) > now) return
    this.#quietUntil.set(match.pattern, now + quietTime - 1)
    this.#onMatch(match)
  }

  #watch(): NodeJS.Timeout {
    return setTimeout(() => this.#giveUp(), patience).unref()
  }

  /** Goes on without the pattern, behind what it was tried on. */
  #giveUp(): void {
    const last = this.#thread
    this.#patterns = this.#patterns.toSpliced(Atomics.load(this.#trying, 0), 1)
    void last?.then((thread) => thread?.removeAllListeners('message').terminate())
    this.#timer = undefined
    if (this.#patterns.length === 0) {
      this.#waiting = []
      this.#whenDone()
      return
    }
    this.#thread = this.#open()
    for (const work of this.#waiting.splice(0)) this.#give(work)
  }
}

interface Work {
  bytes: Buffer
  stream: number
  /** The output has ended. */
  last: boolean
}

function post(thread: Worker, { bytes, stream, last }: Work): void {
  // A copy, which is handed over whole.
  const copy = new Uint8Array(bytes)
  thread.postMessage({ bytes: copy, stream, last }, [copy.buffer])
}

/** The thread. It is started from its own text, so that it has nothing but what stands in it. */
function matchLines(): void {
  const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads')
  const { isAscii } = process.getBuiltinModule('node:buffer')
  const { quietTime, trying } = workerData as { quietTime: number; trying: Int32Array }
  // A pattern that cannot reach beyond a line is tried on many lines at once first, which is much faster.
  const reaching = /\[\^|\\[sSDWnrfvcxukpP0-9]|\(\?[^:]/
  const patterns = (workerData.patterns as string[]).map((text) => ({
    expression: new RegExp(text),
    anywhere: reaching.test(text) ? undefined : new RegExp(text, 'm'),
    quietUntil: 0,
  }))
  const longestLine = 4096
  const streams = new Map<number, { decoder: InstanceType<typeof TextDecoder>; rest: string; split: boolean }>()
  let found: [number, string][] = []

  const look = (whole: string) => {
    const now = performance.now()
    let line = whole.slice(0, longestLine)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colors are no part of a line
    if (line.includes('\x1b')) line = line.replace(/\x1b\[[0-?]*[ -/]*[@-~]/g, '')
    patterns.forEach((pattern, index) => {
      if (pattern.quietUntil > now) return
      Atomics.store(trying, 0, index)
      if (!pattern.expression.test(line)) return
      pattern.quietUntil = now + quietTime
      found.push([index, line])
    })
  }

  const mayMatch = (text: string) => {
    const now = performance.now()
    return patterns.some(({ anywhere, quietUntil }, index) => {
      if (quietUntil > now) return false
      Atomics.store(trying, 0, index)
      return anywhere === undefined || text.includes('\x1b') || anywhere.test(text)
    })
  }

  const read = (bytes: Uint8Array, stream: number) => {
    const state = streams.get(stream) ?? { decoder: new TextDecoder(), rest: '', split: false }
    streams.set(stream, state)
    const plain = !state.split && isAscii(bytes)
    // A character may begin in one chunk and end in the next.
    state.split = !plain && (bytes.at(-1) ?? 0) > 127
    const chunk = plain ? Buffer.from(bytes.buffer).toString('latin1') : state.decoder.decode(bytes, { stream: true })
    const end = Math.max(chunk.lastIndexOf('\n'), chunk.lastIndexOf('\r')) + 1
    const lines = end === 0 ? '' : state.rest + chunk.slice(0, end)
    state.rest = (end === 0 ? state.rest : '') + chunk.slice(end, end + longestLine)
    if (state.rest.length > longestLine) state.rest = state.rest.slice(0, longestLine)
    if (mayMatch(lines)) for (const line of lines.split(/\r?\n|\r/).slice(0, -1)) look(line)
  }

  parentPort?.on('message', ({ bytes, stream, last }: { bytes: Uint8Array; stream: number; last: boolean }) => {
    found = []
    if (!last) read(bytes, stream)
    else for (const { rest } of streams.values()) if (rest !== '') look(rest)
    parentPort?.postMessage(found)
  })
}
