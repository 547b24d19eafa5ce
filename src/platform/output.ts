import { fstatSync, writeSync } from 'node:fs'
import { codeOf, exitCode, NtfyError } from './errors.ts'
import { style } from './style.ts'
import { cut, cutMark, oneLine, plainText } from './text.ts'

/** dschep/ntfy's levels, the loudest first. */
export const logLevels = ['CRITICAL', 'ERROR', 'WARNING', 'INFO', 'DEBUG'] as const
export type LogLevel = (typeof logLevels)[number]

let level: LogLevel = 'WARNING'
/** What no line may show: the secrets in every form that they may take, the longest first. */
let secrets: string[] = []
const known = new Set<string>()

/** Says from now on what is at least as important as `wanted`. */
export function setLogLevel(wanted: LogLevel): void {
  level = wanted
}

/** From now on no line of ours shows this value. */
export function hideSecret(secret: string): void {
  // A secret of one or two characters would turn ordinary words into stars and hide nothing.
  if (secret.length <= 2 || known.has(secret)) return
  known.add(secret)
  // A secret may be a part of another one, whose rest would be left.
  secrets = [...new Set([...secrets, ...formsOf(secret)])].sort((one, other) => other.length - one.length)
}

/**
 * `text` without any secret that this run knows.
 *
 * @param least shorter ones are left: in what somebody else wrote they are words (UTF-16 units)
 */
export function withoutSecrets(text: string, least = 0): string {
  const forms = secrets.filter((form) => form.length >= least)
  return withoutHalves(
    forms.reduce((result, form) => result.replaceAll(form, '***'), text),
    forms,
  )
}

/** Shorter beginnings of a secret are words, in characters. */
const shortestHalf = 4

/** What a cut has left of a secret, before its mark. */
function withoutHalves(text: string, forms: string[]): string {
  if (forms.length === 0 || !text.includes(cutMark)) return text
  const parts = text.split(cutMark)
  return parts.map((part, index) => (index + 1 < parts.length ? withoutHalf(part, forms) : part)).join(cutMark)
}

function withoutHalf(text: string, forms: string[]): string {
  for (const form of forms) {
    for (let length = Math.min(form.length - 1, text.length); length >= shortestHalf; length--) {
      if (text.endsWith(form.slice(0, length))) return `${text.slice(0, -length)}***`
    }
  }
  return text
}

/** So much of a foreign text is looked at for each character that is shown of it. */
const readFor = 64

/**
 * What somebody else wrote, a program or a service, as a part of a line of ours. The only way to shorten such a text:
 * the secrets go first, because half of one could no longer be recognised.
 *
 * @param most characters
 */
export function excerpt(text: string, most = 200): string {
  const line = oneLine(withoutSecrets(text).slice(0, most * readFor)).trim()
  // Escape sequences may have stood within one.
  return cut(withoutSecrets(line), { max: most, unit: 'codepoints' })
}

/** A notification's own text without the secrets of the configuration. */
export function withoutOurSecrets(text: string): string {
  return withoutSecrets(text, 6)
}

/** As it is, in an address, in a form, in JSON, in base64 (as in the Authorization header, where a user precedes it). */
function formsOf(secret: string): string[] {
  const text = secret.toWellFormed()
  const inAddress = encodeURIComponent(text)
  const forms = [secret, inAddress, inAddress.replaceAll('%20', '+'), JSON.stringify(secret).slice(1, -1)]
  return [...forms, ...base64Forms(text)].filter((form) => form.length > 2)
}

/**
 * What base64 makes of a secret, whatever stands before and after it: three bytes become four characters, so that there
 * are three ways, of which the characters at the ends also hold bits of the neighbours.
 */
function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret)
  // The characters that are the secret's alone would be too few to be sure.
  if (bytes.length < 6) return []
  return [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    const from = Math.ceil((before * 8) / 6)
    const own = whole.slice(from, Math.floor(((before + bytes.length) * 8) / 6))
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')]
  })
}

/**
 * A line of a list on stdout, whatever is in it: names, titles and errors are other people's words.
 *
 * @param colored sets it off
 */
export function printLine(text: string, colored = (line: string) => line): void {
  print(`${colored(oneLine(withoutSecrets(text)))}\n`)
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
