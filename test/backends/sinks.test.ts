import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Backend, Outgoing } from '../../src/backends/contract/backend.ts'
import { httpOptions } from '../../src/backends/contract/http-options.ts'
import { backends, loadBackend } from '../../src/backends/index.ts'
import { hideSecret } from '../../src/platform/masking.ts'
import { plainText } from '../../src/platform/text.ts'
import { attemptWith, errorOf } from '../support/attempt.ts'
import { temporaryFolder } from '../support/home.ts'
import { hostileTexts } from '../support/hostile.ts'
import { answerJson, fakeInternet, type Request } from '../support/internet.ts'

/** Texts that try to be markup, a mention, code, an option, or more than a service takes. */
const texts: Record<string, string> = {
  markup: '<b>bold</b> & "quoted" \'single\' \\ *stars* _under_ ~tilde~ `code` # [link](x) > quote',
  mentions: '@here @channel @everyone @all @**all** @room <!channel> <!here> <@U123> <users/all> <at>me</at>',
  'escape sequences': 'a\x1b]0;owned\x07b\x1b]52;c;aGk=\x1b\\c\u009b31md\u009d0;x\u009ce\x7f\u0085f',
  'a header': 'a\r\nBcc: evil@example.org\r\n\r\nbody',
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
  discord: /@(everyone|here)|<@\w/,
  googlechat: /@(all|channel)|<users\//,
  keybase: /@(all|here|channel|everyone)/,
  mattermost: /@(all|here|channel|everyone)/,
  rocketchat: /@(all|here|channel|everyone)/,
  slack: /@(here|channel|everyone)|<[!@]/,
  slack_webhook: /@(here|channel|everyone)|<[!@]/,
  teams: /<at>/,
  telegram: /@(here|channel|everyone|all)/,
  zulip: /@(all|everyone|channel|_?\*\*)/,
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const commands = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/

/** A notification of which every field holds `text`. */
function hostileIn(text: string, url: string): Partial<Outgoing> {
  const short = text.slice(0, 300)
  return {
    ...{ title: short, message: text, url, tags: [short, short], thread: short },
    origin: { user: short, host: short, cwd: `/${short}` },
    outcome: { command: text, status: 1, durationMs: 1000, output: text },
  }
}

/** One text that has all the others in it, as far as they do not hide one another. */
const everything = hostileTexts(200).join(' ').slice(0, 2000)
const inFields = Object.entries({ ...texts, everything }).filter(([kind]) => !['long', 'empty'].includes(kind))

/** Every text of a request, wherever it stands. */
function textsOf({ path, headers, json, form, body }: Request): string[] {
  const parts = json === undefined ? (isForm(headers) ? [...form.values()] : [body]) : leaves(json)
  return [path, ...Object.values(headers).map(String), ...parts]
}

function isForm(headers: Request['headers']): boolean {
  return String(headers['content-type']).includes('form')
}

function leaves(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : []
}

const all = await Promise.all(Object.keys(backends).map(loadBackend))
const overHttp = all.filter(({ options, name }) => options['ca'] === httpOptions.ca && !elsewhere(name))

/** Its message is encrypted, and looked into by a test of its own. */
function elsewhere(name: string): boolean {
  return name === 'ntfy_webpush'
}

/** Sends by a backend, and returns the request that it made. */
async function senderBy(backend: Backend): Promise<(told: Partial<Outgoing>) => Promise<Request>> {
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
  const all = { ...settings, ...successor, ca: internet.ca }
  return async (told) => {
    internet.received.length = 0
    expect(await attemptWith(backend.name, all, { notification: told })).toMatchObject({ kind: 'delivered' })
    const sent = internet.received.filter(({ method }) => method !== 'GET').at(-1)
    if (sent === undefined) throw new Error('nothing was sent')
    return sent
  }
}

/** Marks of no width keep a sign from being one: nobody sees them. */
const visible = (text: string) => text.replaceAll('\u200b', '')

afterEach(() => vi.unstubAllEnvs())

it('knows what every backend makes of a text', () => {
  expect(Object.keys(sinks).sort()).toEqual(overHttp.map(({ name }) => name).sort())
})

describe.each(overHttp.map((backend) => ({ name: backend.name, backend })))('$name', ({ name, backend }) => {
  it('shows every text as text, and calls nobody', async () => {
    const send = await senderBy(backend)
    for (const [kind, text] of Object.entries(texts)) {
      const sink = sinks[name]
      const request = await send({ title: text.slice(0, 300), message: text })
      const sent = String(sink?.text(request) ?? '')
      expect(sent, kind).not.toMatch(commands)
      expect(sent.isWellFormed(), kind).toBe(true)
      expect(sent, kind).not.toMatch(calls[name] ?? /(?!)/)
      const shown = visible((sink?.shows ?? asIs)(sent))
      if (kind === 'long') {
        // Cut between graphemes, and as long as the service takes it.
        expect(shown.replace(/…[^…]*$/s, '').trimEnd()).toMatch(/(é|👩‍👩‍👧‍👦|end)$/u)
      } else expect(shown, kind).toContain(plainText(text))
      if (name === 'discord') expect(request.json).toMatchObject({ allowed_mentions: { parse: [] } })
      if (name === 'matrix') expect(request.json).toMatchObject({ 'm.mentions': {} })
    }
  })

  it('takes no field for more than text', async () => {
    const send = await senderBy(backend)
    for (const [kind, text] of inFields) {
      for (const url of [text, `https://example.org/${text}`, 'https://example.org/@channel/@here?@**all**']) {
        for (const sent of textsOf(await send(hostileIn(text, url)))) {
          expect(sent, kind).not.toMatch(commands)
          expect(sent.isWellFormed(), kind).toBe(true)
          expect(sent, kind).not.toMatch(calls[name] ?? /(?!)/)
        }
      }
    }
  })
})

it('a template holds every text on the line that it is on', async () => {
  const webhook = await loadBackend('webhook')
  const words = 'title command cwd user host tags url'.split(' ').map((word) => `{{${word}}}`)
  const example = { url: 'https://example.org/hook', template: words.join('|') }
  const send = await senderBy({ ...webhook, example })
  for (const [kind, text] of inFields) expect((await send(hostileIn(text, text))).body, kind).not.toMatch(/[\n\r]/)
})

/** Programs get the text as words or by stdin: it must be one word, and no option. */
const programs: Record<string, { program: string; settings: Record<string, unknown>; text: (got: Got) => string }> = {
  exec: { program: 'tell', settings: { command: ['tell'] }, text: ({ input }) => JSON.parse(input).message },
  keybase: {
    program: 'keybase',
    settings: { conversation: 'a' },
    text: ({ input }) => visible(withoutBackslashes(input)),
  },
  speech: { program: 'espeak-ng', settings: { program: 'espeak-ng' }, text: ({ input }) => input },
  apprise: { program: 'apprise', settings: { urls: ['json://localhost/token-of-it'] }, text: ({ input }) => input },
  mail: {
    program: 'sendmail',
    settings: { senderaddress: 'ntfy@example.org', to: ['ops@example.org'] },
    text: ({ input }) => bodyOf(input),
  },
  systemlog: { program: 'logger', settings: { fmt: '{message}' }, text: ({ input }) => input },
  termux: { program: 'termux-notification', settings: {}, text: ({ input }) => input },
}

interface Got {
  words: string[]
  input: string
}

/** A mail's text, if it is one, and nothing of a mail that has more recipients than it should. */
function bodyOf(mail: string): string {
  const [head = '', ...body] = mail.split('\n\n')
  expect(head).not.toMatch(/^bcc:/im)
  const encoded = body.join('\n\n')
  if (/^content-transfer-encoding: base64/im.test(head)) return Buffer.from(encoded, 'base64').toString()
  if (!/^content-transfer-encoding: quoted-printable/im.test(head)) return encoded
  const bytes = encoded.replace(/=\n/g, '').replace(/=([0-9A-F]{2})/g, (_, byte) => `%${byte}`)
  return decodeURIComponent(bytes.replace(/%(?![0-9A-F]{2})/g, '%25'))
}

/** A program that keeps its words and its input. */
function fakeProgram(name: string) {
  const folder = temporaryFolder()
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  const file = join(bin, name)
  writeFileSync(file, `#!/bin/sh\nprintf '%s\\0' "$@" >'${folder}/words'\ncat >'${folder}/input'\n`)
  chmodSync(file, 0o755)
  return { folder, bin, file }
}

describe.each(Object.entries(programs))('the program of %s', (name, { program, settings, text }) => {
  const run = async (told: Partial<Outgoing>): Promise<Got> => {
    const { folder, bin } = fakeProgram(program)
    vi.stubEnv('PATH', `${bin}:${process.env['PATH']}`)
    expect(await attemptWith(name, settings, { notification: told })).toMatchObject({ kind: 'delivered' })
    const words = readFileSync(join(folder, 'words'), 'utf8').split('\0').slice(0, -1)
    return { words, input: readFileSync(join(folder, 'input'), 'utf8') }
  }

  it.each(Object.entries(texts).filter(([kind]) => kind !== 'long'))('gets %s as text', async (_, wanted) => {
    const lines = (shown: string) => (name === 'systemlog' ? shown.replace(/\n+/g, '\n') : shown)
    expect(text(await run({ title: wanted, message: wanted }))).toContain(lines(plainText(wanted)))
  })

  it('gets no field that is more than text', async () => {
    for (const [kind, hostile] of inFields) {
      const { words, input } = await run(hostileIn(hostile, hostile))
      for (const got of [...words, ...(name === 'exec' ? leaves(JSON.parse(input)) : [input])]) {
        expect(got, kind).not.toMatch(commands)
        expect(got, kind).not.toMatch(calls[name] ?? /(?!)/)
      }
    }
  })

  it('leaves nothing of a secret in what is kept of its words', async () => {
    const secret = 'correct-horse-battery-staple'
    hideSecret(secret)
    const { bin, file } = fakeProgram(program)
    vi.stubEnv('PATH', `${bin}:${process.env['PATH']}`)
    for (const before of [170, 180, 190, 64 * 1024 - 10]) {
      writeFileSync(file, `#!/bin/sh\nprintf '%${before}s${secret} %0300d' '' 1 >&2\nexit 1\n`)
      const failed = await attemptWith(name, settings)
      expect(failed).not.toMatchObject({ kind: 'delivered' })
      expect(errorOf(failed), String(before)).not.toMatch(/corr|staple/)
    }
  })

  it('gets the message where nobody else can read it', async () => {
    const { words } = await run({ message: 'the door code is 4711', outcome: { command: 'open 4711', output: '4711' } })
    expect(words.join(' ')).not.toMatch(/4711|token-of-it/)
  })
})
