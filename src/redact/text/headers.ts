import type { Range } from '../ranges.ts'
import { isSecret, isStatement } from '../values.ts'

/** Headers of HTTP whose whole value is a secret, or all of it behind its scheme. */
const header =
  /(?:(?<![\w-])|(?<=^-[A-Za-z#]{0,9}H))((?:proxy-)?authorization|(?:set-)?cookie2?)(\\{0,3}["']?)[ \t]{0,9}(?::|=(?=[ \t]{0,9}\\{0,3}["']|(?:Bearer|Basic|OAuth|Token) ))[ \t]{0,9}(\\{0,3}["']?)/gi

/** A scheme and what follows it: `Bearer x`, `Basic x`, `Digest username="..."`. */
const scheme = /^([A-Za-z][\w-]{0,30}[ \t]{1,9})(\S)/

/** Values of headers that hold credentials: `Authorization: Bearer x`, `Cookie: sid=x`, also as pairs of JSON. */
export function headerValues(text: string): Range[] {
  const ranges: Range[] = []
  header.lastIndex = 0
  for (let found = header.exec(text); found; found = header.exec(text)) {
    const [whole, name = '', , quote = ''] = found
    const start = found.index + whole.length
    const lineStart = /(?:^|\n)[\s>*<+-]*$/.test(text.slice(Math.max(0, found.index - 20), found.index))
    const end = valueEnd(text, start, quote, lineStart)
    const value = text.slice(start, end).trimEnd()
    const skipped = /authorization$/i.test(name) ? (scheme.exec(value)?.[1]?.length ?? 0) : 0
    if (isSecret(value.slice(skipped)) && !isSchemeAlone(value))
      ranges.push({ start: start + skipped, end: start + value.length })
    header.lastIndex = Math.max(end, start)
  }
  return ranges
}

function valueEnd(text: string, start: number, quote: string, wholeLine: boolean): number {
  const stop = wholeLine && quote === '' ? /[\r\n]/g : /[\r\n"'`]|\\+["'n]/g
  stop.lastIndex = start
  return stop.exec(text)?.index ?? text.length
}

/** `Authorization: Bearer` in a sentence. */
function isSchemeAlone(value: string): boolean {
  return /^(?:Bearer|Basic|Digest|Token|Negotiate|NTLM)$/i.test(value) || isStatement(value)
}
