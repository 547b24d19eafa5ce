import type { Range } from './ranges.ts'

/** What stands between the lines of a private key; of one that was cut, up to a quote or the end. */
export function privateKeysIn(text: string): Range[] {
  const ranges: Range[] = privateKeysWithoutBegin(text)
  const begin = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g
  for (let found = begin.exec(text); found; found = begin.exec(text)) {
    const start = begin.lastIndex
    // Lines of an encrypted key have hyphens: `Proc-Type: 4,ENCRYPTED`.
    const body = /[^"'`-]*(?:-(?!----)[^"'`-]*)*/y
    body.lastIndex = start
    const content = body.exec(text)?.[0] ?? ''
    const end = start + content.length
    const inner = content.replace(/^(?:\s|\\n)+/, '')
    const trimmed = inner.replace(/(?:\\n)+$/, '').trimEnd()
    if (trimmed !== '') ranges.push({ start: end - inner.length, end: end - inner.length + trimmed.length })
    begin.lastIndex = end
  }
  return ranges
}

const keyEnd = /^(\s*)-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/
const base64Line = /^\s*[A-Za-z0-9+/=]+\s*$/

/** A text that begins in the middle of a private key: the lines before its end that look like one. */
function privateKeysWithoutBegin(text: string): Range[] {
  const ranges: Range[] = []
  if (!text.includes('-----END ')) return ranges
  let at = 0
  let body: Range | undefined
  for (const line of text.split('\n')) {
    if (base64Line.test(line)) {
      body = { start: body?.start ?? at + line.search(/\S/), end: at + line.trimEnd().length }
    } else {
      if (body !== undefined && keyEnd.test(line)) ranges.push(body)
      body = undefined
    }
    at += line.length + 1
  }
  return ranges
}
