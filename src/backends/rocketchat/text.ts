import type { ChatText } from '../../notification/index.ts'
import { cut, inertAddress } from '../../platform/text.ts'

/** Title and message as they are, calling nobody; so much of the message as fits into so many UTF-16 units. */
export function rocketChatText({ title, message, url: link }: ChatText, max: number): string {
  const tail = link === undefined ? '' : `\n${inertAddress(link)}`
  const head = `${titleText(title)}\n`
  let fitting = message
  for (;;) {
    const all = `${head}${escaped(fitting)}${tail}`
    if (all.length <= max || fitting === '') return all
    // A character takes two places at most; what is still too long is cut again.
    fitting = cut(fitting, { max: fitting.length - Math.ceil((all.length - max) / 2), unit: 'utf16' })
  }
}

/** Bold, if nothing in it could end that: within bold text there are no escapes. */
function titleText(title: string): string {
  return /[*`[\\]|_.*_|~.*~/s.test(title) || title === '' ? escaped(title) : `*${inert(title)}*`
}

/** The server's parser knows a backslash before these characters only (message-parser, grammar.pegjs). */
function escaped(plain: string): string {
  return inert(plain).replace(/[*_~`#]/g, '\\$&')
}

/** A space of no width keeps the others from being a mention, a link, a quotation, a list, a formula or a spoiler. */
function inert(plain: string): string {
  return plain.replace(/\\(?=[.()[\]])|[@<|]|\](?=\()|^(?=>|- |\d+\. )/gm, '$&\u200b')
}
