import { assignments } from './assignments.ts'
import type { Imported } from './imported.ts'

type Values = (name: string) => string | undefined

/** What a recipient becomes: a backend and its options. */
type Service = (recipient: string, value: Values) => [backend: string, settings: Record<string, unknown>]

/** health_alarm_notify.conf of Netdata: who gets alarms, by service, by default and for each role. */
export async function importNetdata(text: string, into: Imported): Promise<void> {
  const found = assignments(text)
  const value: Values = (name) => found.get(name) || undefined
  for (const [name, recipients] of found) {
    const [, one, role] = /^(?:DEFAULT_RECIPIENT_(\w+)|role_recipients_\w+\[(.+)\])$/.exec(name) ?? []
    const word = (one ?? /^role_recipients_(\w+)\[/.exec(name)?.[1])?.toUpperCase()
    if (word === undefined || recipients === '' || isOff(word, value)) continue
    for (const recipient of recipients.split(/\s+/).filter(Boolean))
      await addRecipient(word, recipient, role, value, into)
  }
}

async function addRecipient(word: string, text: string, role: string | undefined, value: Values, into: Imported) {
  const [recipient = '', ...modifiers] = text.split('|')
  if (recipient === 'disabled') return
  const service = services[word]
  if (service === undefined) return into.lose(`${word}: ntfy has nothing like it`)
  const [backend, settings] = service(recipient, value)
  // Netdata ships addresses of the machine and words that mean nothing without a token.
  if (
    backend !== 'mail' &&
    backend !== 'systemlog' &&
    !Object.keys(settings).some((key) => isCredential(key, settings[key]))
  ) {
    if (settings['topic'] === undefined) return
  }
  const name = await into.add(backend, settings, word)
  if (name !== undefined && role !== undefined) into.group(role, name)
  for (const modifier of modifiers) into.lose(`${word}: |${modifier}: a rule of the target may say it (when)`)
}

function isCredential(key: string, value: unknown): boolean {
  return value !== undefined && /token|url|key$|sid/.test(key)
}

/** `SEND_EMAIL="AUTO"` sends if it can. */
function isOff(word: string, value: Values): boolean {
  return value(`SEND_${word}`)?.toUpperCase() === 'NO'
}

const services: Record<string, Service> = {
  EMAIL: (to, value) => ['mail', { senderaddress: value('EMAIL_SENDER') ?? 'netdata', to: [to] }],
  PUSHOVER: (user_key, value) => ['pushover', { user_key, api_token: value('PUSHOVER_APP_TOKEN') }],
  PUSHBULLET: (to, value) => {
    const whom = to.startsWith('#') ? { channel: to.slice(1) } : { email: to }
    return ['pushbullet', { access_token: value('PUSHBULLET_ACCESS_TOKEN'), ...whom }]
  },
  TWILIO: (to, value) => {
    const from = value('TWILIO_NUMBER')
    return ['twilio', { account_sid: value('TWILIO_ACCOUNT_SID'), auth_token: value('TWILIO_ACCOUNT_TOKEN'), from, to }]
  },
  TELEGRAM: (to, value) => {
    const [, chat_id, topic] = /^(-?[^:]*)(?::(\d+))?$/.exec(to) ?? []
    const token = value('TELEGRAM_BOT_TOKEN')
    return ['telegram', { token, chat_id, message_thread_id: topic, base_url: value('TELEGRAM_API_URL') }]
  },
  SLACK: (to, value) => {
    const user = to === '#' ? undefined : /^[#@]/.test(to) ? to : `#${to}`
    return ['slack_webhook', { url: value('SLACK_WEBHOOK_URL'), user }]
  },
  MSTEAMS: (to, value) => ['teams', { url: value('MSTEAMS_WEBHOOK_URL')?.replace('CHANNEL', to) }],
  ROCKETCHAT: (to, value) => {
    return ['rocketchat', { url: value('ROCKETCHAT_WEBHOOK_URL'), room: /^[#@]/.test(to) ? to : `#${to}` }]
  },
  DISCORD: (_, value) => ['discord', { url: value('DISCORD_WEBHOOK_URL') }],
  GOTIFY: (_, value) => ['gotify', { url: value('GOTIFY_APP_URL'), token: value('GOTIFY_APP_TOKEN') }],
  PROWL: (api_key) => ['prowl', { api_key }],
  MATRIX: (room, value) => {
    return [
      'matrix',
      { homeserver: value('MATRIX_HOMESERVER'), access_token: value('MATRIX_ACCESSTOKEN'), rooms: [room] },
    ]
  },
  NTFY: (to, value) => {
    const [, server, topic] = /^(https?:\/\/.+)\/([^/]+)\/?$/.exec(to) ?? []
    const login = { user: value('NTFY_USERNAME'), password: value('NTFY_PASSWORD'), token: value('NTFY_ACCESS_TOKEN') }
    return ['ntfy_sh', { topic: topic ?? to, server, ...login }]
  },
  SYSLOG: (to, value) => {
    const [, facility, , host, port, tag] =
      /^(?:(?:(\w+)\.(\w+))?(?:@(\[[^\]]+\]|[^:/]+)(?::(\d+))?)?\/)?(.+)$/.exec(to) ?? []
    return [
      'systemlog',
      { facility: (facility ?? value('SYSLOG_FACILITY') ?? 'local6').toUpperCase(), host, port, tag },
    ]
  },
}
