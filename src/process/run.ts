import { type StdioOptions, spawn } from 'node:child_process'
import { closeSync } from 'node:fs'
import { codeOf } from '../platform/errors.ts'
import type { Capture, OnOutput } from './capture.ts'
import { type LaunchState, launchState } from './launcher.ts'
import { locate } from './locate.ts'
import { rawCommand } from './raw.ts'
import { restoring } from './restore.ts'
import { type BeforeStop, relaySignals } from './signals.ts'

/** How a command ended; in `lost`, why some of what it wrote could not be passed on. */
export type Ended = { durationMs: number; tail: Buffer; lost?: string } & Outcome

type Outcome =
  | { kind: 'exited'; code: number }
  | { kind: 'signaled'; signal: NodeJS.Signals }
  /** It never ran; the sentence begins with its name. */
  | { kind: 'not-found' | 'not-executable'; message: string }

export interface RunOptions {
  /** Which streams also go into `tail`: they reach the same places as without us, through a pipe. */
  capture?: { stdout: boolean; stderr: boolean }
  /** Takes both streams instead, whatever `capture` says. */
  held?: Capture | undefined
  /** Gets what passes through that pipe. */
  onOutput?: OnOutput | undefined
  /** Called when the child has been started: the time to load what is needed after its end. */
  onStart?(pid: number): void
  /** Called before we stop because the child was stopped, but not by a key. */
  beforeStop?: BeforeStop | undefined
  /** If this process is killed, the command goes on: a later run notifies of its end. */
  goesOn?: boolean
}

/**
 * Runs a command transparently and returns how it ended: milliseconds of the monotonic clock, and of the
 * captured streams the last 64 kB in the order in which they came.
 *
 * A closing terminal ends the command, not this wait: HUP is passed on or came to both, and once the child has ended
 * the caller can store its notification before it calls `endAs`. Until then all signals that end a process by
 * request do nothing to us.
 */
export function runCommand(argv: string[], options: RunOptions = {}): Promise<Ended> {
  const { capture, held } = options
  if (held) return runWith(argv, options, held)
  if (!capture?.stdout && !capture?.stderr) return runWith(argv, options)
  return import('./capture.ts').then(({ openCapture }) =>
    runWith(argv, options, openCapture(capture, options.onOutput)),
  )
}

async function runWith(argv: string[], options: RunOptions, capture?: Capture): Promise<Ended> {
  const state = launchState()
  const prepared = prepare(argv, state)
  const start = process.hrtime.bigint()
  const outcome = 'kind' in prepared ? prepared : await runPrepared(prepared, { ...options, argv, state, capture })
  const durationMs = Number(process.hrtime.bigint() - start) / 1e6
  const { tail = Buffer.alloc(0), failure } = (await capture?.finish()) ?? {}
  if (failure === undefined) return { ...outcome, durationMs, tail }
  // It may have ended before it could learn of that.
  const failed = outcome.kind === 'exited' && outcome.code === 0 ? { ...outcome, code: 1 } : outcome
  return { ...failed, durationMs, tail, lost: failure }
}

interface Prepared {
  argv: string[]
  environment: NodeJS.ProcessEnv
}

/** What to spawn for a command; or why it cannot be, where something stands in front that would say it in our place. */
function prepare(argv: string[], state: LaunchState): Prepared | Outcome {
  if (process.platform === 'win32') return { argv, environment: state.environment }
  const { argv: whole, prefixed } = restoring(argv, state)
  const raw = rawCommand(whole, state)
  if (argv[0] === '' || (prefixed && !raw)) {
    const located = locate(argv[0] ?? '', state.environment['PATH'])
    if ('kind' in located) return located
  }
  return raw ?? { argv: whole, environment: state.environment }
}

interface Running extends Omit<RunOptions, 'capture'> {
  argv: string[]
  state: LaunchState
  capture: Capture | undefined
}

function runPrepared(prepared: Prepared, running: Running): Promise<Outcome> {
  const { argv, state, onStart, capture, goesOn = false, beforeStop } = running
  const [file = '', ...words] = prepared.argv
  const relay = relaySignals(state.ignored, capture !== undefined, { goesOn, beforeStop })
  return new Promise((resolve) => {
    const settle = (outcome: Outcome) => {
      relay.detach()
      resolve(outcome)
    }
    try {
      const child = spawn(file, words, { env: prepared.environment, stdio: stdio(state.descriptors, capture) })
      child.once('error', (error) => settle(notStarted(error, argv, state)))
      child.once('exit', (code, signal) => {
        const exited = code === 0 && relay.fatal !== undefined ? 128 + relay.fatal : (code ?? 0)
        settle(signal ? { kind: 'signaled', signal } : { kind: 'exited', code: exited })
      })
      relay.attach(child)
      // A pipe's reader waits for every writer: the command's descriptors are the command's alone.
      for (const descriptor of state.descriptors.splice(0)) closeSync(descriptor)
      capture?.follow(child)
      if (child.pid !== undefined) onStart?.(child.pid)
    } catch (error) {
      settle(notStarted(error as NodeJS.ErrnoException, argv, state))
    }
  })
}

/** Node marks the low descriptors that it finds open as not to be inherited; those that are named arrive. */
function stdio(descriptors: number[], capture: Capture | undefined): StdioOptions {
  const streams: ('inherit' | 'ignore' | 'pipe' | number)[] = [0, capture?.stdout ?? 1, capture?.stderr ?? 2]
  for (const descriptor of descriptors) {
    while (streams.length < descriptor) streams.push('ignore')
    streams[descriptor] = descriptor
  }
  return streams
}

/** 127 is for what does not exist, 126 for all else, as env has it. */
function notStarted(error: NodeJS.ErrnoException, argv: string[], state: LaunchState): Outcome {
  const name = argv[0] ?? ''
  const located = locate(name, state.environment['PATH'])
  if ('kind' in located) return located
  const reason = error.code === 'E2BIG' ? 'the argument list is too long' : (codeOf(error) ?? error.message)
  return { kind: error.code === 'ENOENT' ? 'not-found' : 'not-executable', message: `${name}: ${reason}` }
}
