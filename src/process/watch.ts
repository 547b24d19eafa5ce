import { type ProcessStat, readCommandLine, readStat, readUptime } from './proc.ts'
import { commandText } from './quote.ts'

/** A process that has ended. */
export interface ProcessEnd {
  pid: number
  /** What it was started as, when the wait began: its command line, or its name in brackets if it has none. */
  command: string
  /** Its whole age, not only the wait; milliseconds. */
  durationMs: number
}

export interface WatchOptions {
  /** Called about once a second with what still runs, and its age in milliseconds. */
  onProgress?(running: ProcessEnd[]): void
  /** Ends the wait without a word. */
  signal?: AbortSignal
}

/** What the wait can begin with: what is waited for, as it is now; `ends` gives each end as it comes, within half a second, and ends with the last. */
export type Watch = { missing: number[] } | { begun: ProcessEnd[]; ends: AsyncGenerator<ProcessEnd, void> }

/** Looks twice as often as needed to keep the promise of half a second. */
const interval = 200

/** Waits for processes that need not be children of ours. None is waited for if one of them does not exist. */
export async function watchProcesses(pids: number[], options: WatchOptions = {}): Promise<Watch> {
  const unique = [...new Set(pids)]
  const processes = readStat('self') ? unique.map(processInProc) : await processesInList(unique)
  const missing = unique.filter((_, index) => processes[index] === undefined)
  if (missing.length > 0) return { missing }
  const found = processes.filter((one) => one !== undefined)
  return { begun: found.map(endOf), ends: endsOf(found, options) }
}

interface Watched {
  pid: number
  command: string
  /** Milliseconds. */
  age(): number
  hasEnded(): boolean
}

async function* endsOf(processes: Watched[], options: WatchOptions): AsyncGenerator<ProcessEnd, void> {
  let running = processes
  for (let round = 0; running.length > 0 && !options.signal?.aborted; round++) {
    for (const watched of running) {
      if (!watched.hasEnded()) continue
      running = running.filter((other) => other !== watched)
      yield endOf(watched)
    }
    if (running.length === 0) return
    if (round % 5 === 0) options.onProgress?.(running.map(endOf))
    await pause(interval, options.signal)
  }
}

function endOf({ pid, command, age }: Watched): ProcessEnd {
  return { pid, command, durationMs: age() }
}

function processInProc(pid: number): Watched | undefined {
  const stat = readStat(pid)
  if (!stat && !exists(pid)) return undefined
  const start = performance.now()
  const ageAtStart = stat ? Math.max(0, (readUptime() ?? 0) - stat.startTicks * 10) : 0
  return {
    pid,
    command: stat ? commandOf(stat) : `process ${pid}`,
    age: () => ageAtStart + performance.now() - start,
    hasEnded: () => hasEnded(pid, stat),
  }
}

function commandOf({ pid, comm }: ProcessStat): string {
  const words = readCommandLine(pid) ?? []
  return words.some((word) => word !== '') ? commandText(words) : `[${comm}]`
}

/** Gone, a zombie, or another process under the same number. */
function hasEnded(pid: number, then: ProcessStat | undefined): boolean {
  const now = readStat(pid)
  // /proc can be mounted so that it hides the processes of others (hidepid).
  if (!now) return !exists(pid)
  // A main thread that ended before the others is a zombie, too.
  if ((now.state === 'Z' || now.state === 'X') && now.threads <= 1) return true
  return then !== undefined && now.startTicks !== then.startTicks
}

/** A process of another user cannot be signalled, but it is there. */
function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Where there is no /proc: macOS, Windows, a chroot. There `ps` may be of no use either. */
async function processesInList(pids: number[]): Promise<(Watched | undefined)[]> {
  const { default: psList } = await import('ps-list')
  const list = await psList().catch(() => undefined)
  return pids.map((pid) => {
    const found = list?.find((entry) => entry.pid === pid)
    if (list === undefined ? !exists(pid) : !found) return undefined
    const start = Math.min(found?.startTime?.getTime() ?? Date.now(), Date.now())
    const ageAtStart = Date.now() - start
    const since = performance.now()
    return {
      pid,
      command: found?.cmd ?? found?.name ?? `process ${pid}`,
      age: () => ageAtStart + performance.now() - since,
      hasEnded: () => !exists(pid),
    }
  })
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    signal?.addEventListener('abort', end)
  })
}
