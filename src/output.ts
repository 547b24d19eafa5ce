import { writeSync } from 'node:fs'
import { codeOf, exitCode, NtfyError } from './errors.ts'
import { oneLine, plainText } from './text.ts'

/** dschep/ntfy's levels, the loudest first. */
export const logLevels = ['CRITICAL', 'ERROR', 'WARNING', 'INFO', 'DEBUG'] as const
export type LogLevel = (typeof logLevels)[number]

let level: LogLevel = 'WARNING'
const secrets = new Set<string>()

/** Says from now on what is at least as important as `wanted`. */
export function setLogLevel(wanted: LogLevel): void {
  level = wanted
}

/** From now on no line of ours shows this value. */
export function hideSecret(secret: string): void {
  // A secret of one or two characters would turn ordinary words into stars and hide nothing.
  if (secret.length > 2) secrets.add(secret)
}

/** `text` without any secret that this run knows. */
export function withoutSecrets(text: string): string {
  let result = text
  for (const secret of secrets) {
    for (const form of new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])) {
      result = result.replaceAll(form, '***')
    }
  }
  return result
}

/** Writes what was asked for to stdout. A reader that has gone away (`| head`) is no error. */
export function print(text: string): void {
  try {
    writeAll(1, text)
  } catch (error) {
    if (codeOf(error) === 'EPIPE') return
    throw new NtfyError(`stdout: ${codeOf(error) ?? error}`, exitCode.io)
  }
}

export const say = {
  error: (text: string) => sayAt('ERROR', text),
  warning: (text: string) => sayAt('WARNING', text),
  info: (text: string) => sayAt('INFO', text),
  debug: (text: string) => sayAt('DEBUG', text),
}

/** Lines on stderr that start with `ntfy: `, whatever is in them. Nobody may be listening: that is no error. */
function sayAt(importance: LogLevel, text: string): void {
  if (logLevels.indexOf(importance) > logLevels.indexOf(level)) return
  const lines = plainText(withoutSecrets(text))
    .split('\n')
    .map((line) => `ntfy: ${line}\n`)
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

/** process.stdout would make pipes non-blocking for everyone who shares them, and costs 2 ms at start-up. */
function writeAll(descriptor: number, text: string): void {
  let rest = Buffer.from(text)
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
