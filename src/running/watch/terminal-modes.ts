import { spawn } from 'node:child_process'
import { closeSync, constants, openSync, readlinkSync } from 'node:fs'

/** How a terminal takes what is typed. */
export interface TerminalModes {
  /** By lines, as a question does (ICANON); else each key at once, as a program that fills the screen does. */
  lines: boolean
  /** Shows it; a password is not shown. */
  echo: boolean
}

/** How long `stty` may take, in milliseconds. */
const patience = 1000

/** The modes of a terminal, which Node cannot read; nothing if it may not be opened, or is gone. */
export async function terminalModes(terminal: string): Promise<TerminalModes | undefined> {
  const opened = open(terminal)
  const descriptor = opened ?? inherited(terminal)
  try {
    return descriptor === undefined ? undefined : await modesOf(descriptor)
  } finally {
    if (opened !== undefined) closeSync(opened)
  }
}

function open(terminal: string): number | undefined {
  try {
    return openSync(terminal, constants.O_RDONLY | constants.O_NOCTTY | constants.O_NONBLOCK)
  } catch {
    return undefined
  }
}

/** After `su` the terminal belongs to somebody else, and is open here all the same. */
function inherited(terminal: string): number | undefined {
  return [0, 1, 2].find((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`) === terminal
    } catch {
      return false
    }
  })
}

function modesOf(descriptor: number): Promise<TerminalModes | undefined> {
  return new Promise((resolve) => {
    const stty = spawn('stty', ['-a'], {
      stdio: [descriptor, 'pipe', 'ignore'],
      timeout: patience,
      env: environment(),
    })
    let text = ''
    stty.stdout?.on('data', (chunk: Buffer) => {
      text += chunk
    })
    stty.on('error', () => resolve(undefined))
    stty.on('close', () => resolve(modesIn(text)))
  })
}

function environment(): NodeJS.ProcessEnv {
  return { PATH: `${process.env['PATH'] ?? ''}:/usr/bin:/bin`, LC_ALL: 'C' }
}

/** `... isig icanon iexten -echo echoe ...` */
function modesIn(text: string): TerminalModes | undefined {
  const words = new Set(text.split(/[\s;]+/))
  const mode = (name: string) => (words.has(name) ? true : words.has(`-${name}`) ? false : undefined)
  const [lines, echo] = [mode('icanon'), mode('echo')]
  return lines === undefined || echo === undefined ? undefined : { lines, echo }
}
