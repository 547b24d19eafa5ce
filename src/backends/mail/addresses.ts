import { type Address, recipients } from '../contract/address.ts'

/** What an address says of a mail account; where its domain is a well-known service, that one's server. */
export function mailOptions(address: Address): Record<string, unknown> | undefined {
  const { host, port, user, password, query } = address
  if (host === '') return undefined
  const isWhole = user?.includes('@') === true
  const own = user === undefined ? undefined : isWhole ? user : `${user}@${host}`
  const from = senderOf(query['from'], host) ?? own
  const to = recipients(address)
  if (from === undefined) return undefined
  const known = services.find(({ domain }) => domain.test(host))
  const server = query['smtp'] ?? known?.host ?? host
  return {
    host: server,
    port: port ?? (query['smtp'] === undefined ? known?.port : undefined),
    tls: tlsOf(address, known?.port ?? port),
    user: query['user'] ?? (known?.loginByAddress ? own : user),
    password: query['pass'] ?? password,
    senderaddress: query['name'] !== undefined && !from.includes('<') ? `${query['name']} <${from}>` : from,
    to: to.length > 0 ? to.map((one) => (one.includes('@') ? one : `${one}@${host}`)) : [own ?? from],
    cc: query['cc'],
    bcc: query['bcc'],
  }
}

/** `?from=` may be an address, or a name alone before the account's own. */
function senderOf(from: string | undefined, host: string): string | undefined {
  if (from === undefined || from.includes('@')) return from
  return /^[\w.+-]+$/.test(from) ? `${from}@${host}` : undefined
}

function tlsOf({ secure, query }: Address, port: number | undefined): string | undefined {
  const mode = { ssl: 'implicit', starttls: 'starttls', insecure: 'none' }[query['mode'] ?? '']
  if (mode !== undefined) return mode
  return secure && port !== 465 ? 'starttls' : undefined
}

/** Services whose server has another name than their addresses, as Apprise knows them (plugins/email/templates.py). */
const services = [
  { domain: /^gmail\.com$/i, host: 'smtp.gmail.com', port: 587, loginByAddress: true },
  { domain: /^yandex\.(com|ru|ua|by|kz|uz|tr|fr)$/i, host: 'smtp.yandex.ru', port: 465, loginByAddress: false },
  { domain: /^(hotmail|live)\.com(\.au)?$/i, host: 'smtp-mail.outlook.com', port: 587, loginByAddress: true },
  { domain: /^outlook\.com(\.au)?$/i, host: 'smtp.outlook.com', port: 587, loginByAddress: true },
  { domain: /^office365\.com$/i, host: 'smtp.office365.com', port: 587, loginByAddress: true },
  { domain: /^yahoo\.(ca|com)$/i, host: 'smtp.mail.yahoo.com', port: 465, loginByAddress: true },
  { domain: /^gmx\.(com|net|de|at|ch|fr)$/i, host: 'mail.gmx.com', port: 587, loginByAddress: true },
  { domain: /^fastmail\.[a-z.]+$/i, host: 'smtp.fastmail.com', port: 465, loginByAddress: true },
  { domain: /^zoho(mail)?\.com$/i, host: 'smtp.zoho.com', port: 587, loginByAddress: true },
] as const
