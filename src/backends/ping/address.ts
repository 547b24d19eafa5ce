/** Services that watch over jobs, by what they understand. */
export const pingTypes = ['healthchecks', 'uptime-kuma', 'cronitor', 'plain'] as const
export type PingType = (typeof pingTypes)[number]

/** What is said of a job: that it begins, its exit status, or what somebody says by hand. */
export interface Ping {
  /** `start`, `fail`, `log`, an exit status, or nothing for a success. */
  event: string
  /** Pairs the beginning and the end of a run. */
  run?: string | undefined
  durationMs?: number | undefined
  text: string
}

/** Where a ping goes; nothing where the service does not know such an event. */
export function pingAddress(type: PingType, address: string, ping: Ping): URL | undefined {
  return builders[type](new URL(address), ping)
}

/** Has the job ended well? Nothing for what is no end. */
function success({ event }: Ping): boolean | undefined {
  if (event === 'start' || event === 'log') return undefined
  return event === '' || event === '0'
}

/** Longest text in an address, in characters. */
const longestText = 200

const builders: Record<PingType, (url: URL, ping: Ping) => URL | undefined> = {
  // templates/docs/http_api.md of healthchecks/healthchecks
  healthchecks(url, { event, run }) {
    if (event !== '') url.pathname = `${url.pathname.replace(/\/+$/, '')}/${event}`
    if (run !== undefined) url.searchParams.set('rid', run)
    return url
  },
  'uptime-kuma'(url, ping) {
    const up = success(ping)
    if (up === undefined) return undefined
    // The address that it shows for copying says that all is well.
    url.search = ''
    url.searchParams.set('status', up ? 'up' : 'down')
    url.searchParams.set('msg', lastLine(ping.text) || (up ? 'OK' : failureText(ping)))
    url.searchParams.set('ping', ping.durationMs === undefined ? '' : String(Math.round(ping.durationMs)))
    return url
  },
  cronitor(url, ping) {
    const { event, run, text } = ping
    const up = success(ping)
    url.searchParams.delete('state')
    if (event !== 'log') url.searchParams.set('state', event === 'start' ? 'run' : up ? 'complete' : 'fail')
    if (run !== undefined) url.searchParams.set('series', run)
    if (/^\d+$/.test(event)) url.searchParams.set('status_code', event)
    if (lastLine(text) !== '') url.searchParams.set('msg', lastLine(text))
    return url
  },
  plain: (url, ping) => (success(ping) ? url : undefined),
}

function failureText({ event }: Ping): string {
  return /^\d+$/.test(event) ? `exit status ${event}` : 'failed'
}

function lastLine(text: string): string {
  return [...(text.trim().split('\n').at(-1) ?? '')].slice(-longestText).join('')
}
