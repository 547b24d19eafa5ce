import type { HttpAnswer } from '../http/exchange.ts'
import { hasFailed } from '../notification/index.ts'
import { ConfigError, PermanentError, TransientError } from '../platform/errors.ts'
import { asObject, field } from '../platform/json.ts'
import { excerpt } from '../platform/masking.ts'
import { serverOf } from './contract/address.ts'
import { defineBackend, type Outgoing } from './contract/backend.ts'
import { word } from './contract/formats.ts'
import { authorization, httpOptions } from './contract/http-options.ts'
import { list, server, text } from './contract/options.ts'

export default defineBackend({
  name: 'apprise',
  title: 'Apprise',
  homepage: 'https://github.com/caronc/apprise-api#api-details',
  setup: [
    'Start an Apprise API server (its container is caronc/apprise), and save your addresses there under a key of your choice, which is `key`.',
    'Or install the program (pip install apprise), and put the addresses into `urls`, or into its own configuration.',
  ],
  addresses: {
    schemes: ['apprise', 'apprises'],
    form: 'apprises://HOST/KEY',
    read(address) {
      const { user, password, path, query } = address
      const key = path.at(-1)
      if (key === undefined) return undefined
      return { url: [serverOf(address), ...path.slice(0, -1)].join('/'), key, user, password, tag: query['tags'] }
    },
  },
  options: {
    url: server({
      endpoint: /\/notify(?:\/[\w-]*)?\/?$/,
      description: 'the address of an Apprise API server; without it the program apprise of this machine is used',
      example: 'https://apprise.example.org',
      aliases: ['server'],
    }),
    key: text({
      format: { pattern: /^[\w-]{1,128}$/, expected: 'expected 1 to 128 letters, digits, - and _' },
      description: "the server's configuration to use; without it `urls` are",
      aliases: ['config_key'],
    }),
    urls: list({
      format: {
        pattern: /^[a-z][a-z0-9+.-]*:\/\/\S+$/i,
        expected: 'expected addresses of Apprise (tgram://TOKEN/CHAT)',
      },
      description: "addresses of Apprise (mailto://, tgram://); without any the program's own configuration is used",
      secret: true,
      example: ['json://localhost'],
    }),
    tag: text({ description: 'only what has this tag', aliases: ['tags'] }),
    user: text({ description: "the server's user" }),
    password: text({ description: "the server's password", secret: true }),
    token: text({ format: word, description: "the server's token", secret: true }),
    program: text({ description: 'the program', names: 'program', default: 'apprise' }),
    ...httpOptions,
  },
  example: { url: 'https://apprise.example.org', key: 'ops' },
  limits: { title: { max: 250, unit: 'codepoints' }, message: { max: 30_000, unit: 'bytes' } },
  answer: { json: { error: null, details: [] } },
  missing: ({ url: server, key, urls }) =>
    server !== undefined && key === undefined && urls === undefined
      ? 'key or urls is missing: expected whom to notify'
      : undefined,
  refusal: { status: 403, json: { error: 'Authentication required' } },
  async send(notification, options, context) {
    if (options.url === undefined) {
      await runProgram(notification, options, context)
      return undefined
    }
    const { key, urls, tag } = options
    const path = key === undefined ? '/notify' : `/notify/${encodeURIComponent(key)}`
    const answer = await context.http(`${options.url}${path}`, {
      headers: {
        ...authorization(options),
        accept: 'application/json',
        ...(key !== undefined && { 'x-apprise-config-id': key }),
      },
      json: {
        title: notification.title,
        body: bodyOf(notification),
        type: typeOf(notification),
        format: 'text',
        tag,
        ...(key === undefined && { urls: urls?.join(',') }),
      },
      statuses: [200],
      accepts: isYes,
      failure: refusal,
    })
    return asObject(answer.json)
  },
})

/** Newer servers answer with JSON, older ones with a sentence or the lines of their log. */
function isYes({ text: said, json }: HttpAnswer): boolean {
  if (json !== undefined) return !field(json, 'error') && Array.isArray(field(json, 'details'))
  return /^\s*(Notification\(s\) sent|<ul class="logs">|\d{4}-\d\d-\d\d .* - )/.test(said)
}

/** apprise_api's views: 204 nothing is configured, 424 some of the services failed, 431 too large. */
function refusal({ status }: HttpAnswer): Error | undefined {
  if (status === 204) return new ConfigError('apprise: nothing is configured under this key')
  if (status === 424)
    return new PermanentError('apprise: at least one of its services did not take it, or none has the tag')
  if (status === 431) return new PermanentError('apprise: the message is too large')
  return undefined
}

async function runProgram(
  notification: Outgoing,
  { program, urls = [], tag }: { program: string; urls: string[] | undefined; tag: string | undefined },
  context: Parameters<Parameters<typeof defineBackend>[0]['send']>[2],
): Promise<void> {
  const words = ['-t', notification.title, '-n', typeOf(notification), ...(tag === undefined ? [] : ['-g', tag])]
  // The addresses hold tokens: never among the words of a process, which everybody can see. The text comes by stdin,
  // but for the title there is no other way.
  const env = urls.length > 0 ? { APPRISE_URLS: urls.join(' ') } : undefined
  const { status, stdout, stderr } = await context.run(program, words, {
    stdin: bodyOf(notification),
    ...(env && { env }),
  })
  if (status === 0) return
  const said = `${program} ended with ${status ?? 'a signal'}: ${excerpt(`${stderr} ${stdout}`)}`
  if (/at least one server URL|unparseable URL|no such option/i.test(said)) throw new ConfigError(said)
  // Of several services some may have taken it.
  throw urls.length === 1 ? new TransientError(said) : new PermanentError(said)
}

function bodyOf({ message, url: link }: Outgoing): string {
  return link === undefined ? message || ' ' : `${message}\n${link}`
}

function typeOf(notification: Outgoing): 'info' | 'success' | 'failure' | 'warning' {
  if (notification.outcome !== undefined) return hasFailed(notification) ? 'failure' : 'success'
  return notification.priority === 'high' || notification.priority === 'urgent' ? 'warning' : 'info'
}
