/** An address as Apprise writes them, in its parts: `scheme://user:password@host:port/path?query`. */
export interface Address {
  scheme: string
  /** Another protocol than its plain one: `ntfys`, `jsons`. */
  secure: boolean
  user: string | undefined
  password: string | undefined
  /** What stands where a host would: for many services a token. */
  host: string
  port: number | undefined
  /** `host:port` as it stands there. */
  authority: string
  path: string[]
  /** By lower-case names. */
  query: Record<string, string>
}

/** How a backend reads such addresses. */
export interface Addresses {
  schemes: readonly string[]
  /** What one has to look like. */
  form: string
  /** The options that it stands for; nothing if something is missing. */
  read(address: Address): Record<string, unknown> | undefined
}

/** Is this an address, and no name of a target? */
export function isServiceAddress(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
}

/** The parts of an address, each decoded. */
export function parseAddress(text: string): Address {
  const match = /^([a-z][a-z0-9+.-]*):\/\/(?:([^/?]*)@)?([^/?]*)([^?]*)(?:\?(.*))?$/is.exec(text.trim())
  const [, scheme = '', credentials, authority = '', path = '', query = ''] = match ?? []
  const [, user, , password] = /^([^:]*)(:(.*))?$/s.exec(credentials ?? '') ?? []
  const [, host = '', port] = /^(.*?)(?::(\d{1,5}))?$/s.exec(authority) ?? []
  return {
    scheme: scheme.toLowerCase(),
    secure: /s$/i.test(scheme),
    user: decoded(user) || undefined,
    password: decoded(password),
    host: decoded(host) ?? '',
    port: port === undefined ? undefined : Number(port),
    authority: decoded(authority) ?? '',
    path: path.split('/').flatMap((part) => (part === '' ? [] : (decoded(part) ?? []))),
    query: Object.fromEntries([...new URLSearchParams(query)].map(([name, value]) => [name.toLowerCase(), value])),
  }
}

/** Where a server is, by HTTP. */
export function serverOf({ secure, host, port }: Address): string {
  return `${secure ? 'https' : 'http'}://${host}${port === undefined ? '' : `:${port}`}`
}

/** Who it goes to: what stands in the path, from a place on, and in `?to=`. */
export function recipients({ path, query }: Address, from = 0): string[] {
  return [...path.slice(from), ...(query['to'] ?? '').split(/[\s,]+/)].filter(Boolean)
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text)
  } catch {
    return text
  }
}
