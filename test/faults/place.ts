import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, expect } from 'vitest'
import { ntfyBin, type RunOutcome, run } from '../support/cli.ts'
import { configuredHome } from '../support/configured.ts'
import { type Answering, likeNtfyServer, type Received } from '../support/server.ts'
import { waitFor } from '../support/wait.ts'

/** How often what is random is tried; a short run does with few. */
export const rounds = Number(process.env['NTFY_FAULT_ROUNDS'] ?? 40)

/** The program without the shell in front of it, for tests that count its steps. */
export const mainFile = join(dirname(ntfyBin), 'main.cjs')

/** A home with an outbox, and a service that notes what it took. */
export interface Place {
  home: string
  env: Record<string, string>
  outbox: string
  /** What the service said yes to, the same twice if it came twice. */
  taken: { id: string; message: string }[]
  /** Every request that arrived. */
  received: Received[]
  /** The service takes all from now on. */
  well(): void
  /** The service answers like this from now on; what it answers with 200 counts as taken. */
  ill(answering: Answering): void
  ntfy(...args: string[]): Promise<RunOutcome>
  /** Ends what works in the background here. */
  quiet(): Promise<void>
  address: string
  config: string
}

export async function place(extra = ''): Promise<Place> {
  const { server, home, config, ...configured } = await configuredHome(extra)
  // Runs whose steps are counted are to open the same files.
  const env = { ...configured.env, XDG_CACHE_HOME: 'none' }
  const outbox = join(home, '.local/state/ntfy/outbox')
  const taken: Place['taken'] = []
  const answerBy = (answering: Answering) =>
    server.answer((request, response) => {
      const answer = answering(request, response)
      if (answer !== undefined && 'id' in answer && response.statusCode === 200) {
        taken.push({ id: String(request.json['sequence_id']), message: String(request.json['message']) })
      }
      return answer
    })
  answerBy(likeNtfyServer)
  return {
    home,
    env: { ...env, UV_THREADPOOL_SIZE: '1' },
    outbox,
    taken,
    received: server.received,
    well: () => answerBy(likeNtfyServer),
    ill: answerBy,
    ntfy: (...args) => run(process.execPath, [mainFile, ...args], { env: { ...env, UV_THREADPOOL_SIZE: '1' } }),
    quiet: () => endBackground(home),
    address: server.address,
    config,
  }
}

/** An answer with a status and nothing else. */
export const status =
  (code: number, headers: Record<string, string> = {}): Answering =>
  (_, response) => {
    response.statusCode = code
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    return { error: `status ${code}` }
  }

/** A delivery as it lies in the outbox or among the failures. */
export interface Kept {
  file: string
  id: string
  message: string
  failed: boolean
  content: Record<string, unknown>
}

/** What is on disk, read without the program's help; files that are no deliveries are left out. */
export function kept(outbox: string): Kept[] {
  return [
    { folder: outbox, failed: false },
    { folder: join(outbox, 'failed'), failed: true },
  ].flatMap(({ folder, failed }) => {
    const isFolder = existsSync(folder) && statSync(folder).isDirectory()
    const files = isFolder ? readdirSync(folder).filter((file) => /^\d{14}-/.test(file)) : []
    return files.flatMap((file) => {
      try {
        const content = JSON.parse(readFileSync(join(folder, file), 'utf8'))
        return [{ file: join(folder, file), id: content.id, message: content.notification.message, failed, content }]
      } catch {
        return []
      }
    })
  })
}

/** Those of the messages that neither arrived nor are on disk. */
export function lost({ taken, outbox }: Place, messages: string[]): string[] {
  const there = new Set([...taken, ...kept(outbox)].map(({ message }) => message))
  return messages.filter((message) => !there.has(message))
}

/** How many came more than once, and how often too many in all. */
export function repeats({ taken }: Place): number {
  return taken.length - new Set(taken.map(({ id }) => id)).size
}

/** Everything arrives once the service is well, and nothing stays behind. */
export async function recover(place: Place, messages: string[]): Promise<void> {
  place.well()
  await place.quiet()
  await place.ntfy('queue', 'flush', '--wait')
  await place.quiet()
  expect(lost(place, messages)).toEqual([])
  expect(kept(place.outbox).filter(({ failed }) => !failed)).toEqual([])
}

/** Is there such a process, and does it still run? */
export function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return false
  }
}

/** The process that keeps trying what is in the outbox. */
export function flusherOf(outbox: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(outbox, 'flusher'), 'latin1').split('-')[2])
    return pid > 0 && isRunning(pid) ? pid : undefined
  } catch {
    return undefined
  }
}

/** Processes in the background that belong to this home, those too that have only just been started. */
function backgroundOf(home: string): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      const verb = readFileSync(`/proc/${name}/cmdline`, 'latin1').split('\0')[2] ?? ''
      const isDeliver = ['deliver', 'jobs'].includes(verb)
      const isHere = isDeliver && readFileSync(`/proc/${name}/environ`, 'latin1').split('\0').includes(`HOME=${home}`)
      return isHere && isRunning(Number(name)) ? [Number(name)] : []
    } catch {
      return []
    }
  })
}

async function endBackground(home: string): Promise<void> {
  for (const pid of backgroundOf(home)) {
    try {
      process.kill(pid, 'SIGTERM')
    } catch {}
  }
  // They bring an attempt that is under way to its end.
  await waitFor('the processes in the background to end', () => backgroundOf(home).length === 0)
}

const counts = new Map<string, number>()

/** Counts something for the line that is printed when all tests of the file have run. */
export function count(what: string, more = 1): void {
  counts.set(what, (counts.get(what) ?? 0) + more)
}

/** Prints what was counted, behind the file's name. */
export function printCounts(name: string): void {
  afterAll(() => {
    console.log(`${name}: ${[...counts].map(([what, number]) => `${number} ${what}`).join(', ')}`)
  })
}
