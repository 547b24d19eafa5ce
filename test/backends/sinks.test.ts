import { randomUUID } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Backend } from '../../src/backends/contract/backend.ts'
import { httpOptions } from '../../src/backends/contract/http-options.ts'
import { backends, loadBackend } from '../../src/backends/index.ts'
import { resolveOptions } from '../../src/config/resolve.ts'
import { attempt } from '../../src/delivery/attempt.ts'
import { plainText } from '../../src/platform/text.ts'
import { testNotification } from '../support/context.ts'
import { temporaryFolder } from '../support/home.ts'
import { answerJson, fakeInternet, type Request } from '../support/internet.ts'

/** Texts that try to be markup, a mention, code, an option, or more than a service takes. */
const texts: Record<string, string> = {
  markup: '<b>bold</b> & "quoted" \'single\' \\ *stars* _under_ ~tilde~ `code` # [link](x) > quote',
  mentions: '@here @channel @everyone @all <!channel> <!here> <@U123> <users/all> <at>me</at>',
  shell: '$(id) `id` %s ${HOME} ; rm -rf /',
  lines: 'one\ntwo\n\nthree',
  emoji: 'done ✅ 👩‍👩‍👧‍👦 ümläut',
  'right to left': 'שלום \u202eabc',
  control: 'a\x00b\x1b[31mred\x1b[0m\x07c',
  'half a character': 'a\ud800b',
  option: '--help',
  empty: '',
  long: `${'é👩‍👩‍👧‍👦 '.repeat(9000)}end`,
}

const withoutBackslashes = (text: string) => text.replace(/\\([\\`*_{}[\]()#+!|~<>&@-])/g, '$1')
const withoutEntities = (text: string) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
const asIs = (text: string) => text

/** Where a backend puts the message, and how its service reads that text. */
const sinks: Record<string, { text: (request: Request) => unknown; shows?: (text: string) => string }> = {
  apprise: { text: ({ json }) => json?.['body'] },
  bark: { text: ({ json }) => json?.['body'] },
  bearychat: { text: ({ json }) => json?.['text'], shows: withoutBackslashes },
  chanify: { text: ({ json }) => json?.['text'] },
  discord: { text: ({ json }) => json?.['content'], shows: withoutBackslashes },
  googlechat: { text: ({ json }) => json?.['text'] },
  gotify: { text: ({ json }) => json?.['message'] },
  insta: { text: ({ json }) => Object.values(json?.['trackers'] as object)[0] },
  matrix: { text: ({ json }) => json?.['body'] },
  mattermost: { text: ({ json }) => json?.['text'], shows: withoutBackslashes },
  notifico: { text: ({ form }) => form.get('payload') },
  ntfy_sh: { text: ({ json }) => json?.['message'] },
  prowl: { text: ({ form }) => form.get('description') },
  pushalot: { text: ({ form }) => form.get('Body') },
  pushbullet: { text: ({ json }) => json?.['body'] },
  pushjet: { text: ({ form }) => form.get('message') },
  pushover: { text: ({ form }) => form.get('message') },
  pushsafer: { text: ({ form }) => form.get('m') },
  rocketchat: { text: ({ json }) => json?.['text'], shows: withoutBackslashes },
  signal: { text: ({ json }) => json?.['message'] },
  simplepush: { text: ({ json }) => json?.['msg'] },
  slack: { text: ({ json }) => json?.['text'], shows: withoutEntities },
  slack_webhook: { text: ({ json }) => json?.['text'], shows: withoutEntities },
  teams: {
    text: ({ body }) => /"text":("(?:[^"\\]|\\.)*"),"wrap":true\}\]/.exec(body)?.[1] ?? '""',
    shows: (text) => withoutEntities(withoutBackslashes(JSON.parse(text).replaceAll('\n\n', '\n'))),
  },
  telegram: { text: ({ json }) => json?.['text'] },
  twilio: { text: ({ form }) => form.get('Body') },
  webhook: { text: ({ json }) => json?.['message'] },
  zulip: { text: ({ form }) => form.get('content'), shows: withoutBackslashes },
}

/** What would call somebody, where a service knows calls in a text at all. */
const calls: Record<string, RegExp> = {
  bearychat: /@(all|here|channel|everyone)/,
  googlechat: /<users\//,
  mattermost: /@(all|here|channel|everyone)/,
  rocketchat: /@(all|here|channel|everyone)/,
  slack: /<[!@]/,
  slack_webhook: /<[!@]/,
  teams: /<at>/,
  zulip: /@(all|everyone|channel|\*\*)/,
}

const all = await Promise.all(Object.keys(backends).map(loadBackend))
const overHttp = all.filter(({ options, name }) => options['ca'] === httpOptions.ca && !elsewhere(name))

/** Its message is encrypted, and looked into by a test of its own. */
function elsewhere(name: string): boolean {
  return name === 'ntfy_webpush'
}

async function requestFor(backend: Backend, message: string): Promise<Request> {
  const internet = await fakeInternet((_, response) => {
    const { answer } = backend
    if (answer?.text === undefined) answerJson(response, answer?.status ?? 200, answer?.json ?? {})
    else response.writeHead(answer.status ?? 200).end(answer.text)
  })
  vi.stubEnv('https_proxy', internet.address)
  vi.stubEnv('XDG_STATE_HOME', temporaryFolder())
  const required = Object.entries(backend.options).filter(([, { details }]) => details.required)
  const settings = backend.example ?? Object.fromEntries(required.map(([name, { details }]) => [name, details.example]))
  const successor = backend.options['endpoint'] ? { endpoint: 'https://successor.example/api' } : {}
  const target = { name: 'x', backend: backend.name, settings: { ...settings, ...successor, ca: internet.ca } }
  const options = await resolveOptions({ path: undefined, lasting: true }, target, {})
  const now = new Date().toISOString()
  const fixed = { version: 1, created: now, next: now, tries: 0, state: 'waiting' } as const
  const notification = testNotification({ title: message.slice(0, 300), message })
  const delivery = { ...fixed, id: randomUUID(), target: 'x', backend: backend.name, notification }
  expect((await attempt(delivery, options, { foreground: false })).kind).toBe('delivered')
  const sent = internet.received.filter(({ method }) => method !== 'GET').at(-1)
  if (sent === undefined) throw new Error('nothing was sent')
  return sent
}

/** Marks of no width keep a sign from being one: nobody sees them. */
const visible = (text: string) => text.replaceAll('\u200b', '')

afterEach(() => vi.unstubAllEnvs())

it('knows what every backend makes of a text', () => {
  expect(Object.keys(sinks).sort()).toEqual(overHttp.map(({ name }) => name).sort())
})

describe.each(overHttp.map((backend) => ({ name: backend.name, backend })))('$name', ({ name, backend }) => {
  it.each(Object.entries(texts))('shows %s as text, and calls nobody', async (kind, text) => {
    const sink = sinks[name]
    const request = await requestFor(backend, text)
    const sent = String(sink?.text(request) ?? '')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(sent).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/)
    expect(sent.isWellFormed()).toBe(true)
    expect(sent).not.toMatch(calls[name] ?? /(?!)/)
    const shown = visible((sink?.shows ?? asIs)(sent))
    const wanted = plainText(text)
    if (kind === 'long') {
      // Cut between graphemes, and as long as the service takes it.
      expect(shown.replace(/…[^…]*$/s, '').trimEnd()).toMatch(/(é|👩‍👩‍👧‍👦|end)$/u)
    } else expect(shown).toContain(wanted)
    if (name === 'discord') expect(request.json).toMatchObject({ allowed_mentions: { parse: [] } })
    if (name === 'matrix') expect(request.json).toMatchObject({ 'm.mentions': {} })
  })
})

/** Programs get the text as words or by stdin: it must be one word, and no option. */
const programs: Record<string, { program: string; settings: Record<string, unknown>; text: (got: Got) => string }> = {
  exec: { program: 'tell', settings: { command: ['tell'] }, text: ({ input }) => JSON.parse(input).message },
  keybase: {
    program: 'keybase',
    settings: { conversation: 'a' },
    text: ({ words }) => visible(withoutBackslashes(words.at(-1) ?? '')),
  },
  speech: { program: 'espeak-ng', settings: { program: 'espeak-ng' }, text: ({ input }) => input },
  termux: {
    program: 'termux-notification',
    settings: {},
    text: ({ words }) => words[words.indexOf('--content') + 1] ?? '',
  },
}

interface Got {
  words: string[]
  input: string
}

describe.each(Object.entries(programs))('the program of %s', (name, { program, settings, text }) => {
  it.each(Object.entries(texts).filter(([kind]) => kind !== 'long'))('gets %s as text', async (_, wanted) => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'bin'))
    const file = join(folder, 'bin', program)
    writeFileSync(file, `#!/bin/sh\nprintf '%s\\0' "$@" >'${folder}/words'\ncat >'${folder}/input'\n`)
    chmodSync(file, 0o755)
    vi.stubEnv('PATH', `${join(folder, 'bin')}:${process.env['PATH']}`)
    const target = { name: 'x', backend: name, settings }
    const options = await resolveOptions({ path: undefined, lasting: true }, target, {})
    const now = new Date().toISOString()
    const fixed = { version: 1, created: now, next: now, tries: 0, state: 'waiting' } as const
    const notification = testNotification({ title: wanted, message: wanted })
    const delivery = { ...fixed, id: randomUUID(), target: 'x', backend: name, notification }
    expect(await attempt(delivery, options, { foreground: false })).toMatchObject({ kind: 'delivered' })
    const words = readFileSync(join(folder, 'words'), 'utf8').split('\0').slice(0, -1)
    expect(text({ words, input: readFileSync(join(folder, 'input'), 'utf8') })).toContain(plainText(wanted))
  })
})
