import { isSecretName, isSecretVariable, lastLetter } from './names.ts'
import type { Range } from './ranges.ts'
import { isSecret } from './values.ts'

/**
 * Values of names that say "secret", wherever a text has pairs: `password=x`, `"token": "x"`, `secret: x`,
 * `api_key => 'x'`, in queries, JSON, YAML, INI, connection strings and dumps of the environment.
 */
export function pairValues(text: string): Range[] {
  const ranges: Range[] = []
  const separator = /[=:]/g
  for (let found = separator.exec(text); found; found = separator.exec(text)) {
    const pair = pairAt(text, found.index)
    const value = pair && valueAt(text, pair)
    if (value === undefined) continue
    if (value.secret) ranges.push({ start: value.start, end: value.end })
    // What was taken for a value is not looked at again: that would cost the square of the length.
    separator.lastIndex = Math.max(value.end, separator.lastIndex)
  }
  return ranges
}

/** What follows a name, and whether it is to be masked. */
interface Value extends Range {
  secret: boolean
}

interface Pair {
  name: string
  separator: string
  /** The quote that the name stands in, with the backslashes before it (`\"`); empty without one. */
  quote: string
  /** Is the name the first thing of its line? */
  first: boolean
  /** What stands before the name, as far as it matters. */
  lead: string
  /** Where the value begins. */
  value: number
}

/** A name behind it begins a pair: `{token: x, ...}`, `f(password = x)`. */
const flow = /[{(,;]\s{0,9}$/

/** `tool /password:x` of Windows. */
const slashed = /(?:^|\s)\/$/

const blanks = /[ \t]{0,40}/y

/** Between a name, the separator and its value there are no more blanks than this. */
const mostBlanks = 40

function pairAt(text: string, at: number): Pair | undefined {
  const next = text[at + 1] ?? ''
  if (text[at] === '=' && (next === '=' || next === '~')) return undefined
  if (!/[\w"'`\] \t]/.test(text[at - 1] ?? '')) return undefined
  let end = at
  while (end > 0 && at - end < mostBlanks && /[ \t]/.test(text[end - 1] as string)) end--
  const spaced = end < at
  const quote = /\\{0,3}["'`]?$/.exec(text.slice(Math.max(0, end - 4), end))?.[0] ?? ''
  end -= quote.length
  if (!lastLetter.test(text[end - 1] ?? '')) return undefined
  let start = end
  while (start > 0 && end - start < 128 && /[\w.-]/.test(text[start - 1] as string)) start--
  const name = text.slice(start, end)
  if (!/[A-Za-z]/.test(name) || !(isSecretName(name) || isSecretVariable(name))) return undefined
  const separator = /^(?:=>|:=|[=:])/.exec(text.slice(at, at + 2))?.[0] ?? '='
  blanks.lastIndex = at + separator.length
  const gap = blanks.exec(text)?.[0].length ?? 0
  let value = at + separator.length + gap
  const lead = text.slice(Math.max(0, start - quote.length - 80), start - quote.length)
  const first = /(?:^|\n)[\s>*+#|-]*(?:export |set |- )?$/.test(lead)
  const opened = quote !== '' && text.slice(start - quote.length, start) === quote
  // `a b: c` and `image:tag` are no pairs, `a = b` is one where a line begins with it.
  if (separator === ':' && gap === 0 && !opened && !/["']/.test(next) && !flow.test(lead) && !slashed.test(lead))
    return undefined
  // `${TOKEN:-x}`: what stands for it where there is none.
  if (separator === ':' && lead.endsWith('${')) {
    if (next !== '-') return undefined
    value++
  }
  const loose = separator === '=' && (spaced || gap > 0)
  if (loose && !(first || opened || flow.test(lead) || /\b(?:let|const|var|my|val)\s$/.test(lead))) return undefined
  return { name, separator, quote: opened ? quote : '', first, lead, value }
}

function valueAt(text: string, pair: Pair): Value | undefined {
  const start = pair.value
  const quote = /^\\{0,3}["'`]/.exec(text.slice(start, start + 4))?.[0]
  if (quote !== undefined) {
    const from = start + quote.length
    const end = closing(text, from, quote)
    return { start: from, end, secret: isSecret(text.slice(from, end)) }
  }
  const list = pair.separator === ':' ? listValue(text, start) : undefined
  if (list !== undefined) return list
  if (pair.separator === ':' && pair.first && pair.quote === '') return lineValue(text, pair)
  const value = unquoted(text, start)
  const range = { start, end: start + value.length }
  return { ...range, secret: isSecret(value) && !isHarmless(text, pair, range) }
}

/** The end of a quoted value: its quote, in JSON within a string with the backslash that it opened with, or the line's. */
function closing(text: string, from: number, quote: string): number {
  const stop = new RegExp(quote.length > 1 ? '["\\n]' : `[\\\\\\n${quote}]`, 'g')
  stop.lastIndex = from
  for (let found = stop.exec(text); found; found = stop.exec(text)) {
    if (found[0] === '\\') stop.lastIndex++
    else if (found[0] === '\n' || quote.length === 1) return found.index
    else
      return text.slice(found.index - quote.length + 1, found.index + 1) === quote
        ? found.index - quote.length + 1
        : found.index
  }
  return text.length
}

/** JSON: `["x", "y"]`, from the first of its strings to the last one. */
function listValue(text: string, at: number): Value | undefined {
  listStart.lastIndex = at
  const opening = listStart.exec(text)?.[0]
  if (opening === undefined) return undefined
  const start = at + opening.length
  const length = text.slice(start, start + longestList).search(listEnd)
  const lineEnd = text.indexOf('\n', start) < 0 ? text.length : text.indexOf('\n', start)
  const end = length < 0 ? lineEnd : start + length
  return { start, end, secret: isSecret(text.slice(start, end)) }
}

const listStart = /\[\s{0,40}\\{0,3}["']/y
const listEnd = /\\{0,3}["']\s{0,40}\]/
/** How far the end of a list is looked for, in characters: a longer one is masked up to its line's end. */
const longestList = 4096

/** YAML: the value goes to the end of the line, or is the block of lines below it that stand further right. */
function lineValue(text: string, { name, value: start }: Pair): Value | undefined {
  const end = text.indexOf('\n', start) < 0 ? text.length : text.indexOf('\n', start)
  const value = text.slice(start, end).replace(/(?:\s+#.*|[\s,;]+)$/, '')
  // Test runners: `PASS: 12`, `pass: 3`
  if (/^pass$/i.test(name) && (/[A-Z]/.test(name) || /^\d+\b/.test(value))) return undefined
  if (/^[|>][+-]?\d?$/.test(value)) return blockBelow(text, start, end)
  if (/^[{[]/.test(value) || !isSecret(value) || isCode(value) || complaint.test(value)) return undefined
  return { start, end: start + value.length, secret: true }
}

/** `token: expected ; but got }` */
const complaint = /^(?:expected|unexpected|invalid|missing|must|cannot) /

function blockBelow(text: string, key: number, from: number): Value | undefined {
  const line = text.lastIndexOf('\n', key) + 1
  const indent = /^[ \t-]*/.exec(text.slice(line, line + 200))?.[0].length ?? 0
  const first = /\n([ \t]*)/y
  first.lastIndex = from
  const deeper = first.exec(text)?.[1]?.length ?? 0
  if (deeper <= indent) return undefined
  let end = from
  while (end < text.length) {
    const next = text.indexOf('\n', end + 1) < 0 ? text.length : text.indexOf('\n', end + 1)
    const content = text.slice(end + 1, next)
    if (content.trim() !== '' && (/^[ \t]*/.exec(content)?.[0].length ?? 0) < deeper) break
    end = next
  }
  return { start: from + 1 + deeper, end, secret: isSecret(text.slice(from + 1 + deeper, end)) }
}

/** Up to a blank, a quote, or what ends a pair; a comma is a part of a value unless another pair follows it. */
function unquoted(text: string, start: number): string {
  if (
    text.startsWith('$(', start) ||
    text[start] === '`' ||
    text.startsWith('${', start) ||
    text.startsWith('{{', start)
  )
    return ''
  const run = /(?:[^\s"'`&;,|<>{}()[\]\\]|,(?![\w.-]*[=:\s"'}\]])|\\[^nrt\s"'`])+/y
  run.lastIndex = start
  return (run.exec(text)?.[0] ?? '').replace(/,+$/, '')
}

/** Prose and code have such words too: what follows them there is no value. */
function isHarmless(text: string, { name, separator, quote, lead }: Pair, { start, end }: Range): boolean {
  const value = text.slice(start, end)
  if (/^pass$/i.test(name) && /^\d{1,4}$/.test(value)) return true
  if (/^(?:old)?pwd$/i.test(name) && /^(?:[/~]|[A-Za-z]:\\)/.test(value)) return true
  if (/_key$/i.test(name) && /^(?:~|\.{1,2})\//.test(value)) return true
  if (isCode(value + (text[end] ?? ''))) return true
  if (separator !== ':' || quote !== '' || flow.test(lead) || slashed.test(lead)) return false
  return /^[A-Za-z]+$/.test(value) && !/^[ \t.]*(?:\n|$)/.test(text.slice(end, end + mostBlanks))
}

/** A call, an index or a path of names: `get_token()`, `os.environ[...]`, `process.env.TOKEN`. */
function isCode(value: string): boolean {
  return /^(?:[A-Za-z_][\w.]*[([]|(?:process\.env|os\.environ|System\.getenv|ENV|env|var|local|secrets|config|self|this|data)\.[\w.]+$)/.test(
    value,
  )
}
