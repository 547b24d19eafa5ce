import { type ChildProcess, spawnSync } from 'node:child_process'
import { constants, fstatSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Channel } from './channel.ts'
import { keptOutput, Ring } from './ring.ts'

/** Gets what a command writes while it passes; it must not take long. */
export type OnOutput = (chunk: Buffer, target: number) => void

/** Streams of a command that go through us: to where they went without us, at once, and into a ring. */
export interface Capture {
  /** What the child gets as its stdout and stderr. */
  stdout: number | 'pipe'
  stderr: number | 'pipe'
  /** Begins to pass on; called once the child has been started. */
  follow(child: ChildProcess): void
  /**
   * Once the child has ended: passes on what it has left behind; the last 64 kB in order of arrival, and what could not
   * be passed on.
   */
  finish(): Promise<{ tail: Buffer; failure: string | undefined }>
}

/** @param onOutput gets what passes, and the descriptor that it goes to */
export function openCapture(wanted: { stdout: boolean; stderr: boolean }, onOutput: OnOutput | undefined): Capture {
  const ring = new Ring(keptOutput)
  const keeper = (target: number) => (chunk: Buffer) => {
    ring.push(chunk)
    onOutput?.(chunk, target)
  }
  const targets = [...(wanted.stdout ? [1] : []), ...(wanted.stderr ? [2] : [])]
  const together = targets.length === 2 && isSameStream()
  const channels =
    openChannels(together ? [1] : targets, keeper) ??
    targets.map((target) => new Channel(target, keeper(target), 'pipe'))
  const channelOf = (target: number) =>
    channels.find((channel) => channel.target === target) ?? (together ? channels[0] : undefined)
  return {
    stdout: channelOf(1)?.childEnd ?? 1,
    stderr: channelOf(2)?.childEnd ?? 2,
    follow: (child) => {
      for (const channel of channels) channel.follow(child)
    },
    finish: async () => {
      await Promise.all(channels.map((channel) => channel.finish()))
      return { tail: ring.bytes(), failure: failureOf(channels) }
    },
  }
}

/** Commands do not mind that their errors cannot be written. */
function failureOf(channels: Channel[]): string | undefined {
  const failure = channels.find(({ target }) => target === 1)?.failure
  // `ENOSPC: no space left on device, write`
  return failure && `standard output: ${failure.message.replace(/^[A-Z0-9]+: /, '').replace(/, write$/, '')}`
}

/** Where both streams go to one terminal or pipe, one pipe for both keeps what was written in its order. */
function isSameStream(): boolean {
  try {
    const [stdout, stderr] = [fstatSync(1), fstatSync(2)]
    return !stdout.isFile() && stdout.dev === stderr.dev && stdout.ino === stderr.ino
  } catch {
    return false
  }
}

/**
 * Node's own pipes are sockets, and a command that opens /dev/stdout cannot open a socket. A named pipe without its
 * name is a pipe like the shell's.
 */
function openChannels(targets: number[], keeper: (target: number) => (chunk: Buffer) => void): Channel[] | undefined {
  let folder = ''
  try {
    folder = mkdtempSync(join(tmpdir(), 'ntfy-'))
    const paths = targets.map((target) => join(folder, String(target)))
    if (spawnSync('mkfifo', ['-m', '600', ...paths], { stdio: 'ignore' }).status !== 0) return undefined
    return targets.map((target, index) => {
      const path = paths[index] ?? ''
      const ourEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
      return new Channel(target, keeper(target), openSync(path, constants.O_WRONLY), ourEnd)
    })
  } catch {
    return undefined
  } finally {
    if (folder) rmSync(folder, { recursive: true, force: true })
  }
}
