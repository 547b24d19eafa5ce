import { splitWords } from '../../command-line/simple-commands.ts'
import type { Imported } from './imported.ts'

type Flags = Record<string, string>

/** Command lines of knockknock, among others: `knockknock slack --webhook-url URL --channel CHANNEL python train.py`. */
export async function importKnockknock(text: string, into: Imported): Promise<void> {
  for (const line of text.replaceAll(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    const words = splitWords(line)
    const at = words.findIndex((word) => /(?:^|\/)knockknock$/.test(word))
    if (at < 0) continue
    const rest = words.slice(at + 1).filter((word) => word !== '--verbose')
    const [service = ''] = rest
    const read = Object.hasOwn(services, service) ? services[service] : undefined
    if (read === undefined) {
      into.lose(`knockknock ${service}: ntfy has nothing like it`)
      continue
    }
    const flags = flagsIn(rest.slice(1))
    for (const name of ['user-mentions', 'alias', 'title']) {
      if (flags[name] !== undefined) into.lose(`knockknock ${service}: --${name}: ntfy has nothing like it`)
    }
    if (service === 'email') into.lose('knockknock email: the password, which its keyring has: add it as password')
    await into.add(...read(flags), `knockknock ${service}`)
  }
}

/** Those before the command that it wraps, and those that it finds behind it. */
function flagsIn(words: string[]): Flags {
  const flags: Flags = {}
  for (let at = 0; at < words.length; at++) {
    const [, name, value] = /^--([\w-]+)(?:=(.*))?$/s.exec(words[at] ?? '') ?? []
    if (name === undefined || !known.has(name) || flags[name] !== undefined) continue
    flags[name] = value ?? words[++at] ?? ''
  }
  return flags
}

const known = new Set(
  'webhook-url user-mentions channel recipient-emails sender-email token chat-id account-sid auth-token recipient-number sender-number homeserver room rocketchat-server-url rocketchat-user-id rocketchat-auth-token alias title'.split(
    ' ',
  ),
)

const services: Record<string, (flags: Flags) => [backend: string, settings: Record<string, unknown>]> = {
  desktop: () => ['desktop', {}],
  discord: (flags) => ['discord', { url: flags['webhook-url'] }],
  email: (flags) => {
    const to = (flags['recipient-emails'] ?? '').split(',').filter(Boolean)
    const from = flags['sender-email'] ?? to[0]
    return ['mail', { host: 'smtp.gmail.com', port: 587, user: from, senderaddress: from, to }]
  },
  slack: (flags) => ['slack_webhook', { url: flags['webhook-url'], user: flags['channel'] }],
  telegram: (flags) => ['telegram', { token: flags['token'], chat_id: flags['chat-id'] }],
  teams: (flags) => ['teams', { url: flags['webhook-url'] }],
  sms: (flags) => [
    'twilio',
    {
      account_sid: flags['account-sid'],
      auth_token: flags['auth-token'],
      from: flags['sender-number'],
      to: flags['recipient-number'],
    },
  ],
  matrix: (flags) => {
    return ['matrix', { homeserver: flags['homeserver'], access_token: flags['token'], rooms: [flags['room'] ?? ''] }]
  },
  rocketchat: (flags) => [
    'rocketchat',
    {
      url: flags['rocketchat-server-url'],
      user_id: flags['rocketchat-user-id'],
      token: flags['rocketchat-auth-token'],
      room: flags['channel']?.replace(/^(?![#@])/, '#'),
    },
  ],
}
