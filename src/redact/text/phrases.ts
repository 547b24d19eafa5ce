import type { Range } from '../ranges.ts'
import { isLikely, isRandom, isSecret, isStatement } from '../values.ts'

/** What prose calls a secret; some are one only with an owner before them, as in `API key`. */
const noun = /(?:pass(?:word|phrase|code|wd)|token|secret|key|code|pin|pw|licen[cs]e)(?![\w-])/gi

/** Before it: its owner, or what begins a word of prose. */
const lead =
  /(?:^|[^\w./@"'=-])((?:api|(?:secret )?access|secret|auth(?:entication|orization)?|bearer|refresh|session|signing|(?:en|de)cryption|licen[cs]e|recovery|unseal|(?:initial )?root|client|master|app(?:lication)?|service|integration|bot|deploy|admin|account|registration|setup|join|webhook|security|network|wi-?fi|(?:pre-?)?shared|storage|one-time|verification|pairing|backup|consumer|activation|product)[ _-])?$/i

/** `API key: x`, `Unseal Key 1: x`, `Secret key (base32): x` */
const labelled = /((?:[ \t]#?\d{1,2})?(?:[ \t]\([^)\n]{1,60}\))?)(?:[ \t.]{0,20}[:=]|\.{3})[ \t]{1,20}([^\n]{1,400})/y

/** `the new password for x is: x`, `password set to 'x'` */
const stated =
  /(?:[ \t]+[\w.@'<>()`[\]/-]{1,40}){0,8}?[ \t]+(?:is|was|are|to|as)(?:[ \t]+now)?[ \t]?(:?)[ \t]*(?:["'`“]([^"'`”\n]{3,200})["'`”]|(\S{3,400}))/y

/** `a temporary password is generated for x: x`, at the end of a line. */
const atEnd =
  /(?:[ \t]+[\w.@'<>()`[\]/-]{1,40}){1,8}?:[ \t]+(?:["'`“]([^"'`”\n]{3,200})["'`”]|(\S{5,400}))[ \t]*(?=$|\n)/y

/** `with password 'x'`, `using API key x` */
const bare = /[ \t]+(?:["'`“]([^"'`”\n]{3,200})["'`”]|(\S{6,400}))/y
const beforeBare = /(?:^|[ \t([])((?:with|using|use|by|and|new|your|user|or|default|#)[ \t]+)$/i

/** Alone on the next line. */
const below = /[^\n]{0,200}:[ \t]*\n[ \t\n]{0,40}(\S{8,400})[ \t]*(?=$|\n)/y
const beforeBelow = /(?:following|generated|initial|temporary|new|reset|your)[ \t][^\n]{0,60}$/i

/** `API token` as a title, and the token alone below it. */
const titled = /[ \t]*\n[ \t]*(\S{12,400})[ \t]*(?=$|\n)/y

/** Elasticsearch: `Password for the [elastic] user successfully reset.` and `New value: x` */
const newValue = /[^\n]{0,120}(?:reset|changed|set|generated)[^\n]{0,60}\n[ \t]{0,9}new value:[ \t]{1,9}(\S{4,400})/iy

/** `Credentials: me / x`, `with credentials me:x` */
const credentials =
  /(?<![\w./-])(?:credentials?|log(?:ged )?in (?:with|as)|login(?: with| details)?)[ \t]{0,9}:?[ \t]{1,9}[\w.@+-]{1,60}(?:[ \t]{0,3}\/[ \t]{1,3}|[:/](?=\S*\d))([^\s/:]{3,200})/gi

/** Elasticsearch's table of users: `PASSWORD elastic = x` */
const ofUser = /^PASSWORD[ \t]\w{1,40}[ \t]=[ \t](\S{4,200})[ \t]*$/gm

/** `Save this key, it will not be shown again: x`, `This is shown only once: x` */
const shownOnce =
  /(?:not|never)[ \t]be[ \t](?:shown|displayed|visible|able to see it)[ \t]again\)?[:.][ \t\n]{1,9}(\S{8,400})|shown[ \t](?:only[ \t]once|once[ \t]only)\)?:[ \t\n]{1,9}(\S{8,400})/gi

/** Secrets that prose states. */
export function phraseValues(text: string): Range[] {
  const ranges: Range[] = []
  for (const found of text.matchAll(noun)) {
    const owner = lead.exec(text.slice(Math.max(0, found.index - 40), found.index))
    const phrase: Phrase = {
      text,
      noun: found[0],
      start: found.index,
      at: found.index + found[0].length,
      owned: owner?.[1] !== undefined,
    }
    if (
      owner === null ||
      (!phrase.owned && /^(?:key|code|pin|license|licence)$/i.test(found[0]) && !isLicence(text, phrase.at))
    )
      continue
    for (const valueIn of forms) {
      const value = valueIn(phrase)
      if (value && isSecret(text.slice(value.start, value.end))) ranges.push(value)
    }
  }
  for (const found of text.matchAll(ofUser)) ranges.push(placed(found, found[1] ?? ''))
  for (const found of text.matchAll(shownOnce)) {
    const value = found[1] ?? found[2] ?? ''
    if (isLikely(value)) ranges.push(placed(found, value))
  }
  if (/credential|log(?:ged )?in/i.test(text)) {
    for (const found of text.matchAll(credentials)) ranges.push(placed(found, found[1] ?? ''))
  }
  return ranges
}

/** `License: ABCD-EFGH-IJKL` */
function isLicence(text: string, at: number): boolean {
  return /^: {1,9}[A-Z\d]{4,8}(?:-[A-Z\d]{4,8}){2,9}(?!\S)/.test(text.slice(at, at + 120))
}

interface Phrase {
  text: string
  noun: string
  start: number
  /** Behind the noun. */
  at: number
  owned: boolean
}

const forms: ((phrase: Phrase) => Range | undefined)[] = [labelledValue, statedValue, valueAtEnd, bareValue, valueBelow]

function labelledValue({ text, at, owned }: Phrase): Range | undefined {
  const found = matchAt(labelled, text, at)
  const value =
    found && (owned || found[1] || isLicence(text, at) || /^\.{2,}/.test(text.slice(at, at + 2)))
      ? valueOfLine(found[2] ?? '')
      : undefined
  return found && value !== undefined ? placed(found, value) : undefined
}

function statedValue({ text, at }: Phrase): Range | undefined {
  const found = matchAt(stated, text, at)
  if (found === null) return undefined
  const [, colon, quoted, word = ''] = found
  const value = quoted ?? unpunctuated(word)
  const start = at + found[0].length - word.length
  const groups =
    colon && quoted === undefined ? valueOfLine(/.{0,400}/y.exec(text.slice(start, start + 400))?.[0] ?? '') : undefined
  if (groups?.includes(' ')) return { start, end: start + groups.length }
  if (quoted !== undefined) {
    // `Passphrase is "correct horse"`, but not `The password you chose is "too short"`
    const certain = !/\s/.test(value) || colon || (/^\s+is\s/.test(found[0]) && !isStatement(value))
    return certain ? placed(found, value) : undefined
  }
  return (colon ? !isStatement(value) : isLikely(value)) ? placed(found, value) : undefined
}

function valueAtEnd({ text, at }: Phrase): Range | undefined {
  const found = matchAt(atEnd, text, at)
  const value = found?.[1] ?? found?.[2] ?? ''
  return found && isLikely(value) ? placed(found, value) : undefined
}

function bareValue({ text, start, at, owned }: Phrase): Range | undefined {
  const found = matchAt(bare, text, at)
  if (found === null) return undefined
  const [, quoted, word = ''] = found
  const value = quoted ?? unpunctuated(word)
  const introduced = beforeBare.test(text.slice(Math.max(0, start - 20), start))
  if (/\s/.test(value) || !(introduced || owned)) return undefined
  return (quoted !== undefined ? introduced : isLikely(value)) ? placed(found, value) : undefined
}

function valueBelow({ text, start, at, noun, owned }: Phrase): Range | undefined {
  const reset = /^pass/i.test(noun) ? matchAt(newValue, text, at) : null
  if (reset) return placed(reset, reset[1] ?? '')
  const title = owned ? matchAt(titled, text, at) : null
  if (title && isLikely(title[1] ?? '')) return placed(title, title[1] ?? '')
  if (!beforeBelow.test(text.slice(Math.max(0, start - 80), start)) && !text.startsWith(' for the', at))
    return undefined
  const found = matchAt(below, text, at)
  return found && isLikely(found[1] ?? '') ? placed(found, found[1] ?? '') : undefined
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

function placed(found: RegExpExecArray, value: string): Range {
  const start = found.index + found[0].lastIndexOf(value)
  return { start, end: start + value.length }
}

function unpunctuated(word: string): string {
  return word.replace(/[.,;:!?)]+$/, '')
}

/** What a label's line holds: a word that says nothing by itself, or several that look like parts of a key. */
function valueOfLine(line: string): string | undefined {
  const quoted = /^["'`]([^"'`]+)["'`]/.exec(line)?.[1]
  const value = quoted ?? line.trim().replace(/^["'`]|["'`,;.]+$/g, '')
  const parts = value.split(/\s+/)
  const [first = ''] = parts
  if (isStatement(value) || value.includes('://') || /^[[{(<]/.test(value)) return undefined
  if (parts.length === 1) return isLabelled(value) ? value : undefined
  if (isLikely(first) || isRandom(first)) return first
  const inGroups = parts.length > 2 && /\d/.test(value) && parts.every((part) => /^[A-Za-z0-9]{2,8}$/.test(part))
  return inGroups && parts.some((part) => /[A-Z]/.test(part.slice(1))) ? value : undefined
}

function isLabelled(value: string): boolean {
  // A licence: `ABCD-EFGH-IJKL-MNOP`
  if (/^[A-Z\d]{4,8}(?:-[A-Z\d]{4,8}){2,9}$/.test(value)) return true
  if (value.length < 6 || !/\d|[^\w-]/.test(value) || value.includes('(')) return false
  return !/^(?:\d{1,4}|[\d.]+[a-z]{0,3}|\/[\w./-]+|~\/.*)$/i.test(value)
}
