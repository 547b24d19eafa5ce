import { withoutEnd } from '../platform/text.ts'
import { redactedText } from '../redact/lazily.ts'
import { keptOutput } from './ring.ts'

/** Longest tail of an output in a message, bytes of UTF-8. */
const longestTail = 4096

/**
 * The last lines of a command's output as a terminal would show them: without escape codes, and a line that was
 * written over (a progress bar) as it was left.
 *
 * @param bytes may begin in the middle of a character or an escape code
 * @param lines how many at most, of those with something in them at the end
 */
export function lastLines(bytes: Uint8Array, lines = 20): string {
  return endOf(shownText(bytes), lines)
}

/**
 * The same without secrets. They are looked for in all that was kept of the output: the last lines alone may be the rest
 * of a key, or of a value without its name.
 */
export async function redactedLines(bytes: Uint8Array, lines = 20): Promise<string> {
  const text = shownText(bytes)
  const begun = bytes.length < keptOutput ? text : text.replace(restOfRun, '***')
  return endOf(await redactedText(begun), lines)
}

/** Where the output's beginning is gone, its first characters may be the rest of a secret. */
const restOfRun = /^\S{16,}/

/** Bytes as a terminal would leave them on the screen, as text. */
export function shownText(bytes: Uint8Array): string {
  const lines = withoutEscapes(new TextDecoder().decode(fromWholeCharacter(bytes)))
    .split('\n')
    .map((line) => overwritten(line).trimEnd())
  return withoutEnd(lines.join('\n'), '\n')
}

function endOf(text: string, lines: number): string {
  return cutFront(text.split('\n').slice(-lines).join('\n'))
}

/** Bytes 10xxxxxx are the rest of a character whose beginning has left the ring. */
function fromWholeCharacter(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((byte) => (byte & 0xc0) !== 0x80)
  return start > 0 && start < 4 ? bytes.subarray(start) : bytes
}

/** "Erase to the end of the line", which overwriting has to know: no character, so in no text. */
const eraseRight = '\uFDD0'
/** "Erase the line". */
const eraseLine = '\uFDD1'

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this looks for
const strings = /(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c|(?=[\x1b\n])|$)/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this looks for
const controlSequence = /(?:\x1b\[|\x9b)([0-?]*)[ -/]*([@-~]|$)/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this looks for
const otherEscape = /\x1b[ -/]*[0-~]?/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this looks for
const otherControl = /[\x00-\x07\x0b\x0c\x0e-\x1f\x7f-\x9f]/g

/** ECMA-48: strings (OSC, DCS ...), control sequences, and the escape codes of a character or two. */
function withoutEscapes(text: string): string {
  return text
    .replaceAll(/[\uFDD0\uFDD1]/g, '')
    .replaceAll(strings, '')
    .replaceAll(controlSequence, (_, parameters: string, final: string) => erasing(parameters, final))
    .replaceAll(otherEscape, '')
    .replaceAll('\u2028', '\n')
    .replaceAll('\u2029', '\n')
    .replaceAll(otherControl, '')
}

function erasing(parameters: string, final: string): string {
  if (final !== 'K') return ''
  return parameters === '2' ? eraseLine : parameters === '1' ? '' : eraseRight
}

/** What is left of a line after its carriage returns, backspaces and erasures. */
function overwritten(line: string): string {
  if (!/[\r\b\t\uFDD0\uFDD1]/.test(line)) return line
  const cells: string[] = []
  let column = 0
  for (const character of line) {
    if (character === '\r') column = 0
    else if (character === '\b') column = Math.max(0, column - 1)
    else if (character === '\t') column = (Math.floor(column / 8) + 1) * 8
    else if (character === eraseRight) cells.length = Math.min(cells.length, column)
    else if (character === eraseLine) cells.length = 0
    else cells[column++] = character
  }
  return Array.from(cells, (cell) => cell ?? ' ').join('')
}

/** At most the longest tail, from the beginning of a line or, in a longer line, of a character. */
function cutFront(text: string): string {
  const bytes = new TextEncoder().encode(text)
  if (bytes.length <= longestTail) return text
  const kept = new TextDecoder().decode(fromWholeCharacter(bytes.subarray(-longestTail)))
  const newline = kept.indexOf('\n')
  const cutAtLine = bytes[bytes.length - longestTail - 1] === 0x0a
  return newline >= 0 && newline < kept.length / 2 && !cutAtLine ? kept.slice(newline + 1) : kept
}
