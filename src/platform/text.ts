// biome-ignore-all lint/suspicious/noControlCharactersInRegex: control characters are what this file is about

/** How a service counts the length of a text. */
export type LengthUnit = 'bytes' | 'utf16' | 'codepoints'

export interface Limit {
  max: number
  unit: LengthUnit
}

/**
 * CSI, OSC, DCS and the like, and two-character escapes (ECMA-48 §5). A string ends where another one begins: each of
 * many that are never closed would be followed to the end of the text otherwise.
 */
const escapeSequence =
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c\x9d\x90\x98\x9e\x9f]*(?:\x07|\x1b\\|\x9c)|\x1b[ -/]*[0-~]/g

/**
 * Text that can do nothing but be read: escape sequences go as a whole, then every control character but newline and
 * tab, and what reorders the characters around it (bidi overrides); halves of surrogate pairs become U+FFFD.
 */
export function plainText(text: string): string {
  if (!/[^\n\t -~]/.test(text)) return text
  return text
    .replace(/\r\n?/g, '\n')
    .replace(escapeSequence, '')
    .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, '')
    .toWellFormed()
}

/**
 * Is there anything in a text that its reader does not see: what no plain text has, characters without a shape or with
 * the one of a blank, or so many blanks that what follows is out of sight?
 */
export function hidesSomething(text: string): boolean {
  if (plainText(text) !== text || /[ \t]{40}|(?:\n[ \t]*){6}/.test(text)) return true
  // An emoji may be made of several characters, some of which are seen by no other sign.
  const rest = text.replace(
    /\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier}|\u200d(?=\p{Extended_Pictographic}))*/gu,
    '',
  )
  return /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Co}\p{Noncharacter_Code_Point}\p{Zl}\p{Zp}\u0085\u2800]|(?! )\p{Zs}/u.test(
    rest,
  )
}

/** Plain text on one line. */
export function oneLine(text: string): string {
  const lines = plainText(text).split(/[\n\t\u2028\u2029]+/)
  return lines.length > 1 ? lines.map((line) => line.trim()).join(' ') : (lines[0] ?? '')
}

/** Is there nothing to see: blanks, control and format characters, and letters that are blanks (Hangul fillers, Braille)? */
export function isBlank(text: string): boolean {
  const plain = plainText(text)
  // Most hold something else, and an expression with properties of Unicode takes half a millisecond to compile.
  return !/[!-~]/.test(plain) && /^[\p{Z}\p{Cc}\p{Cf}\u115f\u1160\u2800\u3164\uffa0]*$/u.test(plain)
}

/**
 * Text without what programs that show it may not take: separators of lines that are no newline, and the characters
 * that Unicode keeps free for its users' own purposes (noncharacters, §23.7), which some D-Bus libraries refuse.
 */
export function showable(text: string): string {
  return text.replace(/[\u0085\u2028\u2029]/g, '\n').replace(/\p{Noncharacter_Code_Point}/gu, '\ufffd')
}

/** `text` without any of these characters at its end. `/x+$/` takes time with the square of a run elsewhere. */
export function withoutEnd(text: string, characters: string): string {
  let end = text.length
  while (end > 0 && characters.includes(text[end - 1] as string)) end--
  return text.slice(0, end)
}

/** A space of no width behind an @ that begins a word keeps it from calling anybody. */
export function callingNobody(text: string): string {
  return text.replace(/(?<!\w)@(?=[\w*])/g, '@\u200b')
}

/**
 * Is this an address that can be followed, and nothing more? Browsers also take most characters that RFC 3986 §2 leaves
 * out; what runs as a script is none.
 */
export function isAddress(text: string): boolean {
  return /^(?!(?:javascript|vbscript|data):)[a-z][a-z0-9+.-]+:[^\p{C}\p{Z}<>\\`]+$/iu.test(text)
}

/** The same address as a chat shows it: percent signs keep an @ from calling anybody, the rest from being markup. */
export function inertAddress(address: string): string {
  return address.replace(/(?<!\w)@|[*"^{|}]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** How long `text` is in the service's unit. */
export function lengthIn(text: string, unit: LengthUnit): number {
  if (unit === 'utf16') return text.length
  if (unit === 'bytes') return Buffer.byteLength(text)
  let count = 0
  for (const _ of text) count++
  return count
}

/** Stands where a text was cut. */
export const cutMark = '…'

/** `text`, cut between graphemes so that it fits, the cut marked. */
export function cut(text: string, limit: Limit): string {
  const { max, unit } = limit
  if (lengthIn(text, unit) <= max) return text
  const room = max - lengthIn(cutMark, unit)
  if (room < 0) return ''
  let length = 0
  let end = 0
  for (const character of text) {
    length += lengthIn(character, unit)
    if (length > room) break
    end += character.length
  }
  return text.slice(0, graphemeStart(text, end)) + cutMark
}

/**
 * Where the flag begins that a cut at `end` would go through, or `end` between two of them: regional indicators make
 * pairs, counted from the first of their run. Nothing if none is there.
 */
function flagStart(text: string, end: number): number | undefined {
  const isHalf = (at: number) => /^\p{Regional_Indicator}$/u.test(String.fromCodePoint(text.codePointAt(at) ?? 0))
  if (!isHalf(end)) return undefined
  let first = end
  while (first >= 2 && isHalf(first - 2)) first -= 2
  return end - ((end - first) % 4)
}

/** Where the grapheme begins that the character at `end` belongs to. */
function graphemeStart(text: string, end: number): number {
  // Intl.Segmenter takes time with the square of the length (V8: 16 s for 80 000 letters): it sees the neighbourhood.
  const flag = flagStart(text, end)
  if (flag !== undefined) return flag
  const from = Math.max(0, end - 200)
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  const found = segmenter.segment(text.slice(from, end + 200)).containing(end - from)
  return from + (found?.index ?? end - from)
}
