import { type Address, parseAddress } from '../../backends/contract/address.ts'
import type { Imported } from './imported.ts'

type Target = [backend: string, settings: Record<string, unknown>]

/** Addresses of shoutrrr, between blanks, commas before a scheme, or lines (docs/services/overview.md of shoutrrr). */
export async function importShoutrrr(text: string, into: Imported): Promise<void> {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.replace(/^\s*(#.*|[-*]\s+)/, '').replace(/^\s*(?:export\s+)?\w+=/, ''))
  const words = lines.flatMap((line) => line.split(/\s+|,(?=[a-z][a-z0-9+.-]*:\/\/)/i))
  for (const word of words.map((one) => one.replace(/^["']|["',]+$/g, '')).filter(Boolean)) {
    const address = parseAddress(word)
    const read = Object.hasOwn(services, address.scheme) ? services[address.scheme] : generic(address)
    const targets = read?.(address)
    if (address.scheme === '') into.lose('a word that is no address')
    else if (targets === undefined)
      into.lose(
        `${address.scheme}://: ${read === undefined ? 'ntfy has nothing like it' : 'something is missing in it'}`,
      )
    for (const [backend, settings] of targets ?? []) await into.add(backend, settings, `${address.scheme}://`)
  }
}

function generic({ scheme }: Address) {
  return scheme.startsWith('generic+') ? services['generic'] : undefined
}

const services: Record<string, (address: Address) => Target[] | undefined> = {
  bark: ({ user, password, authority, query }) => {
    const { sound, group, icon } = query
    return [
      [
        'bark',
        { url: `${query['scheme'] ?? 'https'}://${authority}`, device_key: password ?? user, sound, group, icon },
      ],
    ]
  },
  discord: ({ user, host, query }) => {
    const { username, avatar, thread_id } = query
    const url = `https://discord.com/api/webhooks/${host}/${user}`
    return user && host ? [['discord', { url, username, avatar_url: avatar, thread_id }]] : undefined
  },
  smtp: ({ user, password, host, port, query }) => {
    const from = query['fromaddress'] ?? query['from']
    const name = query['fromname']
    const tls = { implicittls: 'implicit', explicittls: 'starttls', none: 'none' }[
      (query['encryption'] ?? '').toLowerCase()
    ]
    const to = (query['toaddresses'] ?? query['to'] ?? '').split(',').filter(Boolean)
    const senderaddress = name && from ? `${name} <${from}>` : from
    return [
      [
        'mail',
        {
          host,
          port,
          user,
          password,
          senderaddress,
          to,
          tls,
          html: query['usehtml']?.toLowerCase() === 'yes' || undefined,
        },
      ],
    ]
  },
  gotify: (address) => {
    const token = address.path.at(-1)
    const url = [webServer(address), ...address.path.slice(0, -1)].join('/')
    return token ? [['gotify', { url, token, priority: address.query['priority'] }]] : undefined
  },
  googlechat: ({ authority, path, query: { key = '', token = '' } }) => {
    const words = `key=${encodeURIComponent(key)}&token=${encodeURIComponent(token)}`
    return [['googlechat', { url: `https://${authority}/${path.join('/')}?${words}` }]]
  },
  hangouts: (address) => services['googlechat']?.(address),
  mattermost: (address) => {
    const { user, path } = address
    const url = `${webServer(address)}/hooks/${path[0]}`
    return path[0] ? [['mattermost', { url, username: user, channel: path[1] }]] : undefined
  },
  matrix: (address) => {
    const { user, password, host, query } = address
    const rooms = (query['rooms'] ?? query['room'] ?? '').split(',').filter(Boolean)
    const named = rooms.map((room) => (/^[!#]/.test(room) ? room : `#${room}`))
    const full = named.map((room) => (room.startsWith('!') || room.includes(':') ? room : `${room}:${host}`))
    const login = user
      ? { user_id: user.startsWith('@') ? user : `@${user}:${host}`, password }
      : { access_token: password }
    return [['matrix', { homeserver: webServer(address), ...login, rooms: full }]]
  },
  ntfy: (address) => {
    const { user, password, path, query } = address
    const server = `${query['scheme'] ?? 'https'}://${address.authority}`
    const login = user ? { user, password } : { token: password }
    return path[0]
      ? [['ntfy_sh', { topic: path[0], server, ...login, priority: query['priority'], icon: query['icon'] }]]
      : undefined
  },
  pushbullet: ({ host, path }) => {
    const targets = path.length > 0 ? path : ['']
    return targets.map((to): Target => {
      const whom = to.startsWith('#')
        ? { channel: to.slice(1) }
        : to.includes('@')
          ? { email: to }
          : { device_iden: to }
      return ['pushbullet', { access_token: host, ...whom }]
    })
  },
  pushover: ({ password, host, query }) => {
    return [
      ['pushover', { user_key: host, api_token: password, device: query['devices'], priority: query['priority'] }],
    ]
  },
  rocketchat: (address) => {
    const [first, second, room] = address.path
    const url = `${webServer(address)}/hooks/${first}/${second}`
    return second
      ? [['rocketchat', { url, room: room === undefined || /^[#@]/.test(room) ? room : `#${room}` }]]
      : undefined
  },
  slack: ({ user, password, host, path }) => {
    if (user?.startsWith('xox')) return [['slack', { token: `${user}-${password}`, recipient: host }]]
    const parts = user === 'hook' ? (password ?? '').split('-') : [host, ...path]
    return parts.length === 3
      ? [['slack_webhook', { url: `https://hooks.slack.com/services/${parts.join('/')}` }]]
      : undefined
  },
  telegram: ({ user, password, query }) => {
    const chats = (query['chats'] ?? query['channels'] ?? '').split(',').filter(Boolean)
    const silent = query['notification']?.toLowerCase() === 'no' || undefined
    return chats.map((chat): Target => {
      const [chat_id, topic] = chat.split(':')
      return ['telegram', { token: `${user}:${password}`, chat_id, message_thread_id: topic, silent }]
    })
  },
  zulip: ({ user, password, host, query }) => {
    const { stream, topic } = query
    return stream ? [['zulip', { site: `https://${host}`, email: user, key: password, to: stream, topic }]] : undefined
  },
  mqtt: ({ scheme, user, password, authority, path, query: { qos, retain } }) => {
    return [['mqtt', { url: `${scheme}://${authority}`, topic: path.join('/'), user, password, qos, retain }]]
  },
  generic: ({ scheme, authority, path, query }) => {
    const own = /^generic\+(https?)$/.exec(scheme)?.[1]
    const isPlain = query['disabletls']?.toLowerCase() === 'yes'
    const method = query['method'] ?? query['requestmethod']
    const rest = Object.entries(query).filter(
      ([name]) => !/^(disabletls|method|requestmethod|template|contenttype|messagekey|titlekey|[@$].*)$/.test(name),
    )
    const words = rest.length > 0 ? `?${new URLSearchParams(rest)}` : ''
    const template =
      query['template']?.toLowerCase() === 'json' ? { title: '{{title}}', message: '{{message}}' } : '{{message}}'
    return [
      [
        'webhook',
        { url: `${own ?? (isPlain ? 'http' : 'https')}://${authority}/${path.join('/')}${words}`, method, template },
      ],
    ]
  },
}

/** By HTTPS unless the address says otherwise. */
function webServer({ authority, query }: Address): string {
  return `${/^(yes|true|1)$/i.test(query['disabletls'] ?? '') ? 'http' : 'https'}://${authority}`
}
