import type { RunOptions, RunResult } from '../backend.ts'
import { ConfigError, codeOf, TransientError } from '../errors.ts'

/** What a program prints is kept this far, in bytes. */
const outputLimit = 64 * 1024

/**
 * Runs a program for a backend: no shell, no terminal, ended with the attempt.
 *
 * @throws ConfigError it cannot be started
 * @throws TransientError it did not end in time
 */
export function runProgram(
  program: string,
  args: string[],
  options: RunOptions,
  signal: AbortSignal,
): Promise<RunResult> {
  // Few backends run a program, and the module takes 3 ms to load.
  const { spawn } = process.getBuiltinModule('node:child_process')
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      detached: true,
    })
    const end = () => {
      if (child.pid === undefined) return
      try {
        process.kill(-child.pid, 'SIGKILL')
      } catch {}
      reject(new TransientError(`${program} did not end in time`))
    }
    signal.addEventListener('abort', end, { once: true })
    const streams = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        streams[name] = (streams[name] + text).slice(0, outputLimit)
      })
    }
    child.on('error', (error) => {
      const what = codeOf(error) === 'ENOENT' ? 'was not found' : `cannot be started: ${codeOf(error)}`
      reject(new ConfigError(`${program} ${what}`))
    })
    child.on('close', (status) => {
      signal.removeEventListener('abort', end)
      resolve({ status: status ?? undefined, ...streams })
    })
    // A program that does not read its stdin is no failure.
    child.stdin.on('error', () => {})
    child.stdin.end(options.stdin ?? '')
  })
}
