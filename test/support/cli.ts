import { spawn } from 'node:child_process'
import { join } from 'node:path'

/** The built bin, as a user runs it. */
export const ntfyBin = join(import.meta.dirname, '../../dist/ntfy')

export interface RunOutcome {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** Runs the built `ntfy` and waits for it. Without `stdin` its stdin is /dev/null. */
export function ntfy(
  args: string[],
  options: { env: Record<string, string>; stdin?: string | Buffer; cwd?: string; bin?: string },
): Promise<RunOutcome> {
  const node = process.env['NTFY_NODE']
  return run(options.bin ?? ntfyBin, args, {
    ...options,
    env: { ...(node && { NTFY_NODE: node }), ...options.env },
  })
}

/** Runs a program and waits for it and for the end of what it writes. */
export function run(
  program: string,
  args: string[],
  options: { env: Record<string, string>; stdin?: string | Buffer; cwd?: string },
): Promise<RunOutcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: options.env,
      cwd: options.cwd ?? options.env['HOME'],
      stdio: [options.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    })
    const outcome: RunOutcome = { code: null, signal: null, stdout: '', stderr: '' }
    child.stdout?.on('data', (chunk) => {
      outcome.stdout += chunk
    })
    child.stderr?.on('data', (chunk) => {
      outcome.stderr += chunk
    })
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ ...outcome, code, signal }))
    child.stdin?.on('error', () => {})
    child.stdin?.end(options.stdin)
  })
}
