import { fstatSync, writeSync } from 'node:fs'
import { codeOf, exitCode, NtfyError } from './errors.ts'
import { withoutSecrets } from './masking.ts'
import { style } from './style.ts'
import { oneLine, plainText } from './text.ts'

/** dschep/ntfy's levels, the loudest first. */
export const logLevels = ['CRITICAL', 'ERROR', 'WARNING', 'INFO', 'DEBUG'] as const
export type LogLevel = (typeof logLevels)[number]

let level: LogLevel = 'WARNING'

/** Says from now on what is at least as important as `wanted`. */
export function setLogLevel(wanted: LogLevel): void {
  level = wanted
}

/**
 * A line of a list on stdout, whatever is in it: names, titles and errors are other people's words.
 *
 * @param colored sets it off
 */
export function printLine(text: string, colored = (line: string) => line): void {
  print(`${colored(oneLine(withoutSecrets(text)))}\n`)
}

/** How wide a line of stdout may be, in columns: what the terminal has, and 80 in a pipe. */
export function columns(): number {
  return process.stdout.isTTY ? Math.max(process.stdout.columns || 80, 40) : 80
}

/** A line of JSON on stdout, without secrets, and without a character that a terminal could obey. */
export function printJson(value: unknown): void {
  print(`${jsonLine(value)}\n`)
}

/** JSON leaves DEL, the control characters of C1 and those that reorder what stands around them as they are. */
function jsonLine(value: unknown): string {
  return withoutSecrets(JSON.stringify(value)).replace(
    /[\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Writes requested output to stdout. A reader that has gone away (`| head`) is no error. */
export function print(text: string): void {
  try {
    writeAll(1, text)
  } catch (error) {
    if (codeOf(error) === 'EPIPE') return
    throw new NtfyError(`stdout: ${codeOf(error) ?? error}`, exitCode.io)
  }
}

export const say = {
  critical: (text: string) => sayAt('CRITICAL', text),
  error: (text: string) => sayAt('ERROR', text),
  warning: (text: string) => sayAt('WARNING', text),
  info: (text: string) => sayAt('INFO', text),
  debug: (text: string) => sayAt('DEBUG', text),
}

const tones = { CRITICAL: 'bad', ERROR: 'bad', WARNING: 'doubtful', INFO: 'faint', DEBUG: 'faint' } as const

/** Lines on stderr that start with `ntfy: `, whatever is in them. Nobody may be listening: that is no error. */
function sayAt(importance: LogLevel, text: string): void {
  if (logLevels.indexOf(importance) > logLevels.indexOf(level)) return
  const name = style.stderr[tones[importance]]('ntfy:')
  const lines = plainText(withoutSecrets(text))
    .split('\n')
    .map((line) => `${name} ${line}\n`)
  try {
    writeAll(2, lines.join(''))
  } catch {}
}

/** A line on the terminal that the next one replaces; an empty one takes it away. */
export function showProgress(text: string): void {
  const columns = 79
  const line = [...oneLine(withoutSecrets(text))].slice(0, columns).join('')
  try {
    writeAll(2, `\r\x1b[K${line}`)
  } catch {}
}

/**
 * Node makes a pipe or a socket non-blocking for everybody who shares it when something asks for process.stdout or
 * process.stderr, and every socket that is closed asks for the latter (node:net). From now on they get a stream that
 * writes as we do.
 */
export function leaveStreamsBlocking(): void {
  for (const [name, descriptor] of [
    ['stdout', 1],
    ['stderr', 2],
  ] as const) {
    const ofNode = Object.getOwnPropertyDescriptor(process, name)?.get
    let stream: unknown
    const get = () => {
      stream ??= isPipe(descriptor) ? blockingStream(descriptor) : ofNode?.call(process)
      return stream
    }
    Object.defineProperty(process, name, { get, configurable: true, enumerable: true })
  }
}

function isPipe(descriptor: number): boolean {
  try {
    const stat = fstatSync(descriptor)
    return stat.isFIFO() || stat.isSocket()
  } catch {
    return false
  }
}

function blockingStream(descriptor: number): NodeJS.WritableStream {
  const { Writable } = process.getBuiltinModule('node:stream')
  const write = (chunk: Buffer, _: string, done: () => void) => {
    try {
      writeAll(descriptor, chunk)
    } catch {}
    done()
  }
  return Object.assign(new Writable({ write }), { fd: descriptor })
}

/** process.stdout costs 2 ms at start-up. */
function writeAll(descriptor: number, text: string | Buffer): void {
  let rest: Buffer = typeof text === 'string' ? Buffer.from(text) : text
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest))
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') throw error
      // Somebody else made it non-blocking and its reader is slow: wait without spinning.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}
