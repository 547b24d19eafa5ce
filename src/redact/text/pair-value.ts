import type { Range } from '../ranges.ts'
import { isEncodedLogin, isHarmless, isLikely, isRandom, isSecret, isStatement, isType, loginOf } from '../values.ts'
import { isCode, isNoValue } from './no-value.ts'
import type { Pair } from './pair.ts'

/** What follows a name, and whether it is to be masked. */
export interface Value extends Range {
  secret: boolean
  /** Another value of the same name: `"old" -> "new"`. */
  then?: Range
}

/** What may stand before a quote: `u'x'`, `Some("x")`, `<'x'>`, `<<"x">>`. */
const wrapper =
  /(?:[ubrfLR@]{1,2}|(?:Some|String::from|Secret(?:Str|String)?(?:::new)?|str|bytes|Buffer\.from)\(|<{1,2})?\\{0,3}["'`]/y

/** The value of a pair. */
export function valueAt(whole: string, pair: Pair): Value | undefined {
  const start = pair.value
  const text = pair.doubtful ? whole.slice(0, start + longestDoubtful) : whole
  wrapper.lastIndex = start
  // In a shell that is a command.
  const isCommand = text[start] === '`' && pair.separator === '=' && pair.gap === 0 && !pair.spaced
  const opening = isCommand ? undefined : wrapper.exec(text)?.[0]
  if (opening !== undefined) return quotedValue(text, pair, opening)
  const list = pair.separator === ':' ? listValue(text, start) : undefined
  if (list !== undefined) return pair.doubtful ? undefined : list
  if (pair.separator === ':' && pair.first && pair.quote === '' && !pair.option) return lineValue(text, pair)
  const value = unquoted(text, start)
  return judged(
    pair,
    { start, end: start + value.length },
    value,
    isSecret(value) && !isNoValue(text, pair, start, value),
  )
}

function quotedValue(text: string, pair: Pair, opening: string): Value | undefined {
  const quote = /\\{0,3}["'`]$/.exec(opening)?.[0] ?? '"'
  const from = pair.value + opening.length
  if (endsHere(text, pair, quote, from)) return undefined
  const end = closing(text, from, quote)
  const value = text.slice(from, end)
  // Vue: `:token="token"`
  if (value === pair.name && pair.lead.endsWith(':')) return undefined
  const secret = isSecret(value) && !(pair.quote !== '' && isSentence(value)) && !isHarmless(pair.name, value)
  const then = secret ? changedTo(text, end) : undefined
  return { ...judged(pair, { start: from, end }, value, secret), ...(then && { then }) }
}

/** `"password": "must not be empty"` */
function isSentence(value: string): boolean {
  return isStatement(value) && /\s\S+\s/.test(value)
}

/** Is the quote behind the separator the end of a text, as in `prompt("Password: ")`? */
function endsHere(text: string, { lead, quote: around }: Pair, quote: string, from: number): boolean {
  if (around !== '' || quote.length > 1 || !/^(?:$|[\s);,\]}+]|\\r|\\n)/.test(text.slice(from, from + 2))) return false
  return lead.slice(lead.lastIndexOf('\n') + 1).split(quote).length % 2 === 0
}

/** Of a name whose value may be something else, only what looks like a secret. */
function judged(pair: Pair, range: Range, value: string, secret: boolean): Value {
  if (!pair.doubtful || !secret) return { ...range, secret }
  const user = pair.login ? loginOf(value) : 0
  if (user > 0) return { ...range, start: range.start + user, secret: true }
  return {
    ...range,
    secret: isRandom(value) || isPrivateKey(pair.name, value) || (pair.login && isEncodedLogin(value)),
  }
}

/** WireGuard's and others', whose letters may be of one case. */
function isPrivateKey(name: string, value: string): boolean {
  return /private[-_]?key$/i.test(name) && value.length >= 16 && isLikely(value)
}

/** Terraform: `~ password = "old" -> "new"` */
function changedTo(text: string, end: number): Range | undefined {
  change.lastIndex = end
  const found = change.exec(text)
  const value = found?.[1] ?? ''
  return found && isSecret(value)
    ? { start: change.lastIndex - value.length - 1, end: change.lastIndex - 1 }
    : undefined
}

const change = /["']\s{0,4}->\s{0,4}["']([^"'\n]{1,400})["']/y

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
  const value = text.slice(start, end)
  return { start, end, secret: isSecret(value) && !(/^[A-Z][a-z]+ [a-z]+ /.test(value) && !/["']/.test(value)) }
}

const listStart = /\[\s{0,40}\\{0,3}["']/y
const listEnd = /\\{0,3}["']\s{0,40}\]/
/** How far the end of a list is looked for, in characters: a longer one is masked up to its line's end. */
const longestList = 4096

/** A value that is none is looked into for pairs, so it has to be short. */
const longestDoubtful = 400

/** YAML: the value goes to the end of the line, or is the block of lines below it that stand further right. */
function lineValue(text: string, pair: Pair): Value | undefined {
  const { name, value: from } = pair
  const end = text.indexOf('\n', from) < 0 ? text.length : text.indexOf('\n', from)
  const tag = /^!!\w{1,20}\s+/.exec(text.slice(from, end))?.[0].length ?? 0
  const start = from + tag
  const value = text.slice(start, end).replace(/(?:\s+#.*|[\s,;]+)$/, '')
  // Test runners: `PASS: 12`, `pass: 3`
  const isResult = /^\d+\b/.test(value) || (/[A-Z]/.test(name) && !isBelowLogin(text, pair, value))
  if (/^pass$/i.test(name) && isResult) return undefined
  if (/^[|>][+-]?\d?$/.test(value)) return blockBelow(text, start, end)
  if ((/^[{[]/.test(value) && !/^\{[A-Z]/.test(value)) || /^<[^<>]*>(?:\s|$)/.test(value)) return undefined
  if (!isSecret(value) || isCode(value) || isStatement(value) || isType(value)) return undefined
  if (isHarmless(name, value) || /^\d+ bytes$/.test(value)) return undefined
  return judged(pair, { start, end: start + value.length }, value, true)
}

/** `User: me` and below it `Pass: x` */
function isBelowLogin(text: string, { name, value: from }: Pair, value: string): boolean {
  const before = text.slice(Math.max(0, from - 200), from)
  return (
    name === 'Pass' && isLikely(value) && (/\b(?:user(?:name)?|login|e-?mail)\b/i.test(before) || /^Pass/.test(text))
  )
}

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
