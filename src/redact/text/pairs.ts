import { isDoubtfulName, isLoginName, isSecretName, isSecretVariable, lastLetter } from '../names.ts'
import type { Range } from '../ranges.ts'
import type { Pair } from './pair.ts'
import { valueAt } from './pair-value.ts'
import { isSecretParameter } from './parameters.ts'

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
    if (value.secret) {
      ranges.push({ start: value.start, end: value.end })
      if (value.then) ranges.push(value.then)
    }
    // What was taken for a value is not looked at again: that would cost the square of the length.
    if (value.secret || !pair?.doubtful) separator.lastIndex = Math.max(value.end, separator.lastIndex)
  }
  return ranges
}

/** A name behind it begins a pair: `{token: x, ...}`, `f(password = x)`. */
const flow = /[{(,;]\s{0,9}$/

/** Go prints structures like this: `{User:me Password:x}`, `map[token:x user:me]`. */
const structure = /(?:[{[]|(?:map\[|&?\{)[\w.]{1,40}:[^\n{}[\]]{0,60}\s)$/

/** A name behind it is an option of Windows or .NET: `tool /password:x`. */
const slashed = /(?:^|\s)\/$/

const blanks = /[ \t]{0,40}/y

/** Between a name, the separator and its value there are no more blanks than this. */
const mostBlanks = 40

function pairAt(text: string, at: number): Pair | undefined {
  const next = text[at + 1] ?? ''
  if (text[at] === '=' && (next === '=' || next === '~')) return undefined
  // `Token::End`
  if (text[at] === ':' && next === ':') return undefined
  if (!/[\w"'`\]} \t>]/.test(text[at - 1] ?? '')) return undefined
  const named = nameBefore(text, at)
  if (named === undefined) return undefined
  const { name, start, quote, spaced } = named
  const separator = /^(?:=>|:=|[=:])/.exec(text.slice(at, at + 2))?.[0] ?? '='
  blanks.lastIndex = at + separator.length
  const gap = blanks.exec(text)?.[0].length ?? 0
  const lead = text.slice(Math.max(0, start - quote.length - 80), start - quote.length)
  const opened = quote !== '' && text.slice(start - quote.length, start) === quote
  const pair: Pair = {
    ...{ name, separator, lead, gap, spaced },
    quote: opened ? quote : '',
    first: /(?:^|\n)[\s>*+#|-]*(?:export |set |- )?$/.test(lead),
    value: at + separator.length + gap,
    flow: flow.test(lead),
    option: slashed.test(lead) || name.startsWith('-'),
    doubtful: false,
    login: false,
  }
  if (!isNamed(text, pair)) return undefined
  return fits(text, pair) ? pair : undefined
}

/** The name that ends before a separator: also in quotes, brackets, or before its type (`password: string = "x"`). */
function nameBefore(
  text: string,
  at: number,
): { name: string; start: number; quote: string; spaced: boolean } | undefined {
  let end = at
  while (end > 0 && at - end < mostBlanks && /[ \t]/.test(text[end - 1] as string)) end--
  const spaced = end < at
  if (text[at] === '=') end -= declaredType.exec(text.slice(Math.max(0, end - 80), end))?.[1]?.length ?? 0
  // `headers['x-api-key'] = x`, `$ENV{TOKEN} = x`
  if (/[\]}]/.test(text[end - 1] ?? '')) end--
  const quote = /\\{0,3}["'`]?$/.exec(text.slice(Math.max(0, end - 4), end))?.[0] ?? ''
  end -= quote.length
  if (!lastLetter.test(text[end - 1] ?? '')) return undefined
  let start = end
  while (start > 0 && end - start < 128 && /[\w.-]/.test(text[start - 1] as string)) start--
  const name = text.slice(start, end)
  return /[A-Za-z]/.test(name) ? { name, start, quote, spaced } : undefined
}

const declaredType =
  /[\w]["']?(\??\s{0,3}:(?:\s{0,3}(?:&?'?(?:static )?&?(?:str|string|String|bytes|any)|Optional\[str\]|Option<String>)|\s{1,3}[A-Z](?=\w*[a-z])\w{0,30})(?:\s\|\s\w{1,20})?)$/

/** Does the name say "secret", or may it, depending on the value? */
function isNamed(text: string, pair: Pair): boolean {
  const { name, lead } = pair
  if (isSecretName(name) || isSecretVariable(name)) return true
  if (/[?&]$/.test(lead)) return isSecretParameter(text, name, pair)
  pair.login = isLoginName(name) || isCurlUser(text, pair)
  pair.doubtful = pair.login || isDoubtfulName(name)
  return pair.doubtful
}

/** curl's configuration: `user = "me:x"` */
function isCurlUser(text: string, { name, separator, spaced, value }: Pair): boolean {
  return /^(?:proxy-)?user$/.test(name) && separator === '=' && spaced && text[value] === '"'
}

/** `a b: c` and `image:tag` are no pairs, `a = b` is one where a line begins with it, or where its value has quotes. */
function fits(text: string, pair: Pair): boolean {
  const { separator, gap, quote, lead, spaced, first, name } = pair
  const next = text[pair.value] ?? ''
  if (separator === ':' && gap === 0 && quote === '' && !/["']/.test(next) && !pair.flow && !pair.option) {
    const alone = first || /\s$/.test(lead)
    const header = alone && /^(?:x-[\w-]+|[\w-]*(?:api|auth|access|private)[-_](?:key|token))$/i.test(name)
    // `password:x` is no name of an image.
    const word =
      alone &&
      /^(?:pass(?:word|wd|phrase)|api_?key)$/i.test(name) &&
      /^\S*\d/.test(text.slice(pair.value, pair.value + 80))
    if (word) return true
    if (!header && !structure.test(lead) && !lead.endsWith('${')) return false
  }
  // `${TOKEN:-x}`: what stands for it where there is none.
  if (separator === ':' && lead.endsWith('${')) {
    if (next !== '-') return false
    pair.value++
  }
  const loose = separator === '=' && (spaced || gap > 0)
  if (!loose || first || quote !== '' || pair.flow || /\b(?:let|const|var|my|val)\s$/.test(lead)) return true
  // `[ "$TOKEN" = "x" ]` compares.
  if (/(?:\[|test)\s+["']?\$\{?\w{0,40}$/.test(lead)) return false
  return /["'`]/.test(next) || (/[\]>$#]\s{0,2}\$?$/.test(lead) && next !== '')
}
