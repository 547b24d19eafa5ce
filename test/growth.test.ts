import { it } from 'vitest'
import { rocketChatText } from '../src/backends/rocketchat/text.ts'
import { escapeMarkdown } from '../src/backends/shared/markdown.ts'
import { slackText } from '../src/backends/shared/slack-text.ts'
import { reasonOf } from '../src/backends/xmpp/failure.ts'
import { escapeXml, streamParser } from '../src/backends/xmpp/xml.ts'
import { commandPattern } from '../src/command-line/command-pattern.ts'
import { innerCommands } from '../src/command-line/inner-command.ts'
import { splitWords } from '../src/command-line/simple-commands.ts'
import { serviceWords } from '../src/http/service-words.ts'
import { replaceShortcodes } from '../src/notification/emoji.ts'
import type { Notification } from '../src/notification/index.ts'
import { outcomeMessage } from '../src/notification/message.ts'
import { renderTemplate, templateProblem } from '../src/notification/template.ts'
import { withoutSecrets } from '../src/platform/masking.ts'
import { didYouMean } from '../src/platform/suggest.ts'
import { cut, oneLine, plainText, withoutEnd } from '../src/platform/text.ts'
import { commandText } from '../src/process/quote.ts'
import { lastLines } from '../src/process/tail.ts'
import { redactCommand } from '../src/redact/index.ts'
import { isIgnored, isSilenced } from '../src/rules/ignore.ts'
import { expectProportional } from './support/growth.ts'

/** Whatever takes a text that somebody else has written: an argument, an output, a file, a server's words. */
const readers: Record<string, (text: string) => unknown> = {
  plainText,
  oneLine,
  'cut to bytes': (text) => cut(text, { max: 1000, unit: 'bytes' }),
  'cut in the middle': (text) => cut(text, { max: text.length / 2, unit: 'codepoints' }),
  'the end of an output': (text) => lastLines(Buffer.from(text)),
  'the text of a command': (text) => commandText(text.split(' ')),
  'the message about a command': (text) => outcomeMessage({ command: text, status: 0, output: text }, { emoji: true }),
  splitWords,
  innerCommands,
  isIgnored: (text) => isIgnored(text, 'vim'),
  isSilenced,
  'a pattern': (text) => commandPattern('make test')(text),
  redactCommand,
  'what is taken off an end': (text) => withoutEnd(text, '\r\n'),
  withoutSecrets,
  replaceShortcodes,
  didYouMean: (text) => didYouMean(text, ['make', 'test']),
  templateProblem,
  renderTemplate: (text) => renderTemplate(text, { origin: {} } as Notification),
  "a service's words": (text) => serviceWords({ status: 500, headers: {}, text, json: { error: text } }),
  'the elements of a stream': (text) => {
    try {
      return streamParser()(Buffer.from(`<stream:stream>${text}`))
    } catch (error) {
      return error
    }
  },
  "an XMPP server's words": (text) =>
    reasonOf({
      name: 'error',
      attributes: {},
      text: '',
      children: [{ name: 'text', attributes: {}, children: [], text }],
    }),
  escapeXml,
  escapeMarkdown,
  'text for Slack': (text) => slackText({ title: '', message: text } as Notification & { title: string }),
  'text for Rocket.Chat': (text) =>
    rocketChatText({ title: text, message: text } as Notification & { title: string }, 5000),
}

/** What a careless expression, or a loop within a loop, would look at again and again. */
const repeated = [
  'a',
  ' ',
  '\n',
  '\t',
  '\r',
  '\b',
  '\u2028',
  '\u009d',
  '\u0090',
  '\u009b',
  '\x1b]',
  '\x1b[0 ',
  '\ud800',
  '👍',
  'e\u0301',
  '"',
  "'",
  '`',
  '\\',
  '$(',
  '"$(',
  '<(',
  '(',
  '{{',
  '<a>',
  '<a b="c">',
  '<a ',
  '&#x1',
  ':a:',
  '*',
  '[',
  '> ',
  '/',
  'a;',
  'a|',
  'x() {',
  'f() { ',
  '<<E\n',
  'cat <<a\n',
  'sudo ',
  'sudo -S ',
  'env a=b ',
  'time ',
  'timeout 1 ',
  'sh -c ',
  'do ',
  'coproc ',
]

it.each(Object.entries(readers))('%s takes time in proportion to the length', (_, read) => {
  for (const part of repeated) {
    // Not at its end: what looks for an end finds none.
    expectProportional(JSON.stringify(part), (length) => read(`${part.repeat(length / part.length)}x`), 4096)
  }
})
