import type { Range } from './ranges.ts'
import { isLikely, isRandom, isSecret, isStatement } from './values.ts'

/** What prose calls a secret. */
const owner =
  'api|access|secret access|secret|auth(?:entication|orization)?|bearer|refresh|session|signing|encryption|decryption|licen[cs]e|recovery|unseal|root|client|master|app(?:lication)?|service|integration|bot|deploy|admin|account|registration|setup|join|webhook|security|network|wi-?fi|pre-?shared|shared|storage|personal access|one-time|verification|pairing|backup|initial root|consumer|activation|product'
const owned = `(?:${owner})[ _-](?:pass(?:word|phrase|code|wd)|token|secret|key|code|pin)`
const noun = `(?:${owned}|pass(?:word|phrase|code|wd)|token|secret|pw)`
const before = '(?<![\\w./@"\'=-])'
/** Up to eight words between it and its value. */
const one = "(?:[ \\t]+[\\w.@'<>()`\\[\\]/-]{1,60})"
const words = `${one}{0,8}?`
const quoted = '["\'`“]([^"\'`”\\n]{3,200})["\'`”]'

/** `API key: x`, `Unseal Key 1: x`, `Secret key (base32): x` */
const labelled = new RegExp(
  `${before}(?:${owned}(?:[ \\t]#?\\d{1,2})?|${noun}(?:[ \\t]#?\\d{1,2}|[ \\t]\\([^)\\n]{1,60}\\)))[ \\t]{0,20}[:=][ \\t]{1,20}([^\\n]{1,400})`,
  'gi',
)

/** `the new password for x is: x`, `password set to 'x'` */
const told = new RegExp(
  `${before}${noun}${words}[ \\t]+(?:is|was|are|to|as)(?:[ \\t]+now)?(:?)[ \\t]*(?:${quoted}|(\\S{3,400}))`,
  'gi',
)

/** `a temporary password is generated for x: x`, at the end of a line. */
const atEnd = new RegExp(`${before}${noun}${one}{1,8}?:[ \\t]+(?:${quoted}|(\\S{5,400}))[ \\t]*(?:$|\\n)`, 'gim')

/** `with password 'x'`, `using API key x` */
const bare = new RegExp(
  `${before}((?:with|using|use|by|and|new|your|user|the|or|has|default|#|an?)[ \\t]+)?(${noun})[ \\t]+(?:${quoted}|(\\S{6,400}))`,
  'gi',
)

/** `Credentials: me / x`, `with credentials me:x` */
const credentials =
  /(?<![\w./-])(?:credentials?|log(?:ged )?in (?:with|as)|login with)[ \t]{0,9}:?[ \t]{1,9}([\w.@+-]{1,60})(?:[ \t]{0,3}\/[ \t]{1,3}|:(?=\S*\d))([^\s/:]{3,200})/gi

/** A line that ends with such a word, and the secret alone below it. */
const below = new RegExp(
  `(?:(?:following|generated|initial|temporary|new|reset|your)[ \\t]${words}[ \\t]?${noun}|${noun} for the)[^\\n]{0,200}:[ \\t]*\\n[ \\t\\n]{0,40}(\\S{8,400})[ \\t]*(?:$|\\n)`,
  'gi',
)

/** Elasticsearch: `Password for the [elastic] user successfully reset.` and `New value: x` */
const newValue =
  /pass(?:word|phrase)[^\n]{0,120}(?:reset|changed|set|generated)[^\n]{0,60}\n[ \t]{0,9}new value:[ \t]{1,9}(\S{4,400})/gi

/** Secrets that prose tells. */
export function phraseValues(text: string): Range[] {
  if (!/pass|token|secret|key|code|pin|pw|credential|log/i.test(text)) return []
  const ranges: Range[] = []
  const push = (found: RegExpExecArray, value: string) => {
    const start = found.index + found[0].lastIndexOf(value)
    if (isSecret(value)) ranges.push({ start, end: start + value.length })
  }
  for (const found of text.matchAll(labelled)) {
    const value = valueOfLine(found[1] ?? '')
    if (value !== undefined) push(found, value)
  }
  for (const found of text.matchAll(told)) {
    const [, colon, inQuotes, word = ''] = found
    const value = inQuotes ?? word.replace(/[.,;:!?)]+$/, '')
    if (inQuotes !== undefined ? !/\s/.test(value) || colon : colon ? !isStatement(value) : isLikely(value))
      push(found, value)
  }
  for (const found of text.matchAll(atEnd)) {
    const value = found[1] ?? found[2] ?? ''
    if (isLikely(value)) push(found, value)
  }
  for (const found of text.matchAll(bare)) {
    const [, lead, called = '', inQuotes, word = ''] = found
    const value = inQuotes ?? word.replace(/[.,;:!?)]+$/, '')
    if (/\s/.test(value) || (!lead && !/[ _-]/.test(called) && inQuotes === undefined)) continue
    if (inQuotes !== undefined ? lead && !/^(?:the|an?|has)\s/i.test(lead) : isLikely(value)) push(found, value)
  }
  for (const found of text.matchAll(credentials)) push(found, found[2] ?? '')
  for (const found of text.matchAll(newValue)) push(found, found[1] ?? '')
  for (const found of text.matchAll(below)) {
    const value = found[1] ?? ''
    if (isLikely(value)) push(found, value)
  }
  return ranges
}

/** What a label's line holds: a word that says nothing by itself, or several that look like parts of a key. */
function valueOfLine(line: string): string | undefined {
  const value = line.trim().replace(/^["'`]|["'`,;.]+$/g, '')
  const parts = value.split(/\s+/)
  if (isStatement(value) || value.includes('://') || /^[[{(<]/.test(value)) return undefined
  if (parts.length === 1)
    return /\d|[^\w-]/.test(value) &&
      !/^(?:\d{1,4}|[\d.]+[a-z]{0,3}|\/[\w./-]+|~\/.*)$/i.test(value) &&
      !value.includes('(')
      ? value
      : undefined
  if (isLikely(parts[0] ?? '') || isRandom(parts[0] ?? '')) return parts[0]
  return parts.length > 2 &&
    /\d/.test(value) &&
    parts.every((part) => /^[A-Za-z0-9]{2,8}$/.test(part)) &&
    parts.some((part) => /[A-Z]/.test(part.slice(1)))
    ? value
    : undefined
}
