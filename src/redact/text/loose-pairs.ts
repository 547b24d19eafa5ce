import type { Range } from '../ranges.ts'
import { isSecret } from '../values.ts'
import { callValues } from './calls.ts'
import { directiveValues } from './directives.ts'
import { headerValues } from './headers.ts'
import { kubernetesValues } from './kubernetes.ts'
import { markupValues } from './markup.ts'
import { namedValues } from './named-values.ts'
import { pairValues } from './pairs.ts'
import { phraseValues } from './phrases.ts'
import { tableValues } from './tables.ts'

/** Values in a text that is not read as words of a shell: pairs, headers, lines of a netrc, prose, tables, settings. */
export function loosePairs(text: string): Range[] {
  return scanners.flatMap((valuesOf) => valuesOf(text))
}

const scanners = [
  ...[pairValues, headerValues, callValues, markupValues, namedValues, phraseValues],
  ...[tableValues, directiveValues, kubernetesValues, netrcValues],
]

/** netrc: `machine HOST login USER password PASSWORD`, in any order, on one line or several. */
const netrc =
  /(?<![\w-])(?:login|user|machine|default|account)[ \t]{1,20}(?:\S{1,200}\s{1,40})?(?:account\s{1,20}\S{1,200}\s{1,40})?(?:password|passwd)[ \t]{1,20}(\S{1,400})/g

/** The same where a command is likely to hold a sentence: only with all of a line's words. */
const wholeNetrc =
  /(?<![\w-])(?:machine(?:\s|\\n){1,20}[^\s\\]{1,200}|default)(?:\s|\\n){1,20}login(?:\s|\\n){1,20}[^\s\\]{1,200}(?:\s|\\n){1,20}(?:account(?:\s|\\n){1,20}[^\s\\]{1,200}(?:\s|\\n){1,20})?password\s{1,20}["']?([^\s"'`\\]{1,400})/g

/** Passwords in lines of a netrc that a command writes: `echo 'machine h login a password x' >> ~/.netrc`. */
export function netrcLines(line: string): Range[] {
  if (!line.includes('password')) return []
  return Array.from(line.matchAll(wholeNetrc), (found) => {
    const end = found.index + found[0].length
    const value = found[1] ?? ''
    return isSecret(value) && value !== '%s' ? [{ start: end - value.length, end }] : []
  }).flat()
}

function netrcValues(text: string): Range[] {
  const ranges: Range[] = []
  if (!text.includes('passw')) return ranges
  for (const found of text.matchAll(netrc)) {
    const value = (found[1] ?? '').replace(/["'`]+$/, '')
    const start = found.index + found[0].length - (found[1] ?? '').length
    if (/^(?:is|for|to|and|or|required|must|[|│┃║+].*)$/.test(value) || !isSecret(value)) continue
    ranges.push({ start, end: start + value.length })
  }
  return ranges
}
