import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { ConfigError, codeOf, PermanentError, TransientError } from '../platform/errors.ts'
import { cutMark } from '../platform/text.ts'

/** Runs a program without a shell and without the terminal. */
export type RunProgram = (program: string, args: string[], options?: RunOptions) => Promise<RunResult>

export interface RunOptions {
  stdin?: string
  env?: Record<string, string>
  cwd?: string
}

export interface RunResult {
  /** The exit status; nothing if a signal ended it. */
  status: number | undefined
  stdout: string
  stderr: string
}

/** What a program prints is kept this far, in bytes. */
const outputLimit = 64 * 1024

/** How long the pipes of a program that has ended are read, in milliseconds: something it started may hold them open. */
const lastOutput = 200

/**
 * Runs a program for a backend: no shell, no terminal, ended with the attempt.
 *
 * @throws ConfigError it cannot be started
 * @throws TransientError it did not end in time
 */
export async function runProgram(
  program: string,
  args: string[],
  options: RunOptions,
  signal: AbortSignal,
): Promise<RunResult> {
  const child = start(program, args, options)
  const streams = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      streams[name] = upTo(outputLimit, streams[name] + text)
    })
  }
  // A program that does not read its stdin is no failure.
  child.stdin.on('error', () => {})
  child.stdin.end(options.stdin ?? '')
  let end = () => {}
  try {
    return await new Promise((resolve, reject) => {
      end = () => {
        endGroup(child)
        reject(new TransientError(`${program} did not end in time`))
      }
      if (signal.aborted) end()
      signal.addEventListener('abort', end, { once: true })
      child.on('error', (error) => reject(startFailure(program, error)))
      const ended = (status: number | null) => resolve({ status: status ?? undefined, ...streams })
      child.on('close', ended)
      child.on('exit', (status) => setTimeout(ended, lastOutput, status))
    })
  } finally {
    signal.removeEventListener('abort', end)
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy()
  }
}

/** With the mark by which half of a secret is found. */
function upTo(most: number, text: string): string {
  return text.length > most ? `${text.slice(0, most)}${cutMark}` : text
}

function start(program: string, args: string[], options: RunOptions): ChildProcessWithoutNullStreams {
  // Few backends run a program, and the module takes 3 ms to load.
  const { spawn } = process.getBuiltinModule('node:child_process')
  const env = { ...process.env, ...options.env }
  try {
    return spawn(program, args, { stdio: 'pipe', cwd: options.cwd, env, detached: true })
  } catch (error) {
    throw startFailure(program, error)
  }
}

function startFailure(program: string, error: unknown): Error {
  const code = codeOf(error) ?? ''
  if (code === 'ENOENT') return new ConfigError(`${program} was not found`)
  const text = `${program} cannot be started: ${code}`
  if (code === 'E2BIG') return new PermanentError(text)
  return /^(EAGAIN|ENOMEM|EMFILE|ENFILE)$/.test(code) ? new TransientError(text) : new ConfigError(text)
}

function endGroup({ pid }: ChildProcessWithoutNullStreams): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {}
}
