import { closeSync, constants, openSync } from 'node:fs'
import { spawn } from '@lydell/node-pty'
import { onTestFinished } from 'vitest'
import { minutes, waitFor } from './wait.ts'

/** A program on a pseudo-terminal: what a person at a terminal would see and type. */
export interface Terminal {
  pid: number
  /** The terminal's device, /dev/pts/N. */
  device: string
  /** Everything that the program has written so far. */
  output(): string
  /** Types: bytes as they are, so a command needs its own `\r`. */
  type(text: string): void
  resize(columns: number, rows: number): void
  /** Waits until the output after `from` (a length of `output()`, default 0) matches. */
  see(pattern: RegExp | string, from?: number, limit?: number): Promise<void>
  /** The exit, once it has come. */
  exit: Promise<{ code: number; signal: number }>
  kill(signal?: string): void
}

/** Starts a program on a pseudo-terminal of 80 by 24; it is ended with the test at the latest. */
export function openTerminal(
  file: string,
  args: string[],
  options: { env: Record<string, string>; cwd?: string; name?: string; answers?: boolean },
): Terminal {
  let output = ''
  const pty = spawn(file, args, {
    name: options.name ?? 'xterm',
    cols: 80,
    rows: 24,
    cwd: options.cwd ?? options.env['HOME'] ?? '/',
    env: options.env,
  })
  pty.onData((data) => {
    output += data
    // Where the cursor is: nushell waits for it at every prompt.
    if (options.answers && data.includes('\u001b[6n')) pty.write('\u001b[1;1R')
  })
  const device = (pty as unknown as { _pty: string })._pty
  // While this end is open the kernel keeps what a program wrote just before it ended; without it, some runs lose that.
  const slave = openSync(device, constants.O_RDWR | constants.O_NOCTTY)
  let ended = false
  const exit = new Promise<{ code: number; signal: number }>((resolve) => {
    pty.onExit(({ exitCode, signal }) => {
      ended = true
      closeSync(slave)
      resolve({ code: exitCode, signal: signal ?? 0 })
    })
  })
  const kill = (signal = 'SIGHUP') => {
    if (!ended) pty.kill(signal)
  }
  onTestFinished(() => kill('SIGKILL'))
  return {
    pid: pty.pid,
    device,
    output: () => output,
    type: (text) => pty.write(text),
    resize: (columns, rows) => pty.resize(columns, rows),
    async see(pattern, from = 0, limit = minutes) {
      const seen = () =>
        typeof pattern === 'string' ? output.slice(from).includes(pattern) : pattern.test(output.slice(from))
      try {
        await waitFor(`${pattern} on the terminal`, seen, limit)
      } catch (error) {
        throw new Error(`${(error as Error).message}; it shows:\n${JSON.stringify(output.slice(from))}`)
      }
    },
    exit,
    kill,
  }
}
