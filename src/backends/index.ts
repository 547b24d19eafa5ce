import type { Backend } from './contract/backend.ts'

/**
 * Every backend by name, loaded when it is used: a configuration is read without loading thirty of them. Aliases stand
 * here for the same reason; a test compares them with the declarations.
 */
export const backends: Record<string, () => Promise<{ default: Backend }>> = {
  apprise: () => import('./apprise.ts'),
  bark: () => import('./bark.ts'),
  bearychat: () => import('./bearychat.ts'),
  chanify: () => import('./chanify.ts'),
  default: () => import('./default.ts'),
  desktop: () => import('./desktop.ts'),
  discord: () => import('./discord.ts'),
  exec: () => import('./exec.ts'),
  googlechat: () => import('./googlechat.ts'),
  gotify: () => import('./gotify.ts'),
  insta: () => import('./insta.ts'),
  keybase: () => import('./keybase.ts'),
  mail: () => import('./mail/index.ts'),
  matrix: () => import('./matrix/index.ts'),
  mattermost: () => import('./mattermost.ts'),
  mqtt: () => import('./mqtt/index.ts'),
  notifico: () => import('./notifico.ts'),
  ntfy_sh: () => import('./ntfy_sh/index.ts'),
  ntfy_webpush: () => import('./ntfy_webpush/index.ts'),
  prowl: () => import('./prowl.ts'),
  pushalot: () => import('./pushalot.ts'),
  pushbullet: () => import('./pushbullet.ts'),
  pushjet: () => import('./pushjet.ts'),
  pushover: () => import('./pushover.ts'),
  pushsafer: () => import('./pushsafer.ts'),
  rocketchat: () => import('./rocketchat/index.ts'),
  signal: () => import('./signal.ts'),
  simplepush: () => import('./simplepush.ts'),
  slack: () => import('./slack.ts'),
  slack_webhook: () => import('./slack_webhook.ts'),
  speech: () => import('./speech.ts'),
  systemlog: () => import('./systemlog/index.ts'),
  teams: () => import('./teams.ts'),
  telegram: () => import('./telegram/index.ts'),
  terminal: () => import('./terminal.ts'),
  termux: () => import('./termux.ts'),
  twilio: () => import('./twilio.ts'),
  webhook: () => import('./webhook.ts'),
  xmpp: () => import('./xmpp/index.ts'),
  zulip: () => import('./zulip.ts'),
}

/** Takes heartbeats alone, and is no target of notifications. */
const heartbeat = 'ping'

/** Names that older configurations use. */
export const backendAliases: Record<string, string> = {
  linux: 'desktop',
  darwin: 'desktop',
  win32: 'desktop',
  email: 'mail',
  smtp: 'mail',
  jabber: 'xmpp',
  webpush: 'ntfy_webpush',
}

/** The schemes of Apprise's addresses; of several backends the first that can read one has it. */
export const addressSchemes: Record<string, readonly string[]> = {
  apprise: ['apprise'],
  apprises: ['apprise'],
  bark: ['bark'],
  barks: ['bark'],
  chanify: ['chanify'],
  dbus: ['desktop'],
  discord: ['discord'],
  gchat: ['googlechat'],
  glib: ['desktop'],
  gnome: ['desktop'],
  gotify: ['gotify'],
  gotifys: ['gotify'],
  json: ['webhook'],
  jsons: ['webhook'],
  kde: ['desktop'],
  macosx: ['desktop'],
  mailto: ['mail'],
  mailtos: ['mail'],
  matrix: ['matrix'],
  matrixs: ['matrix'],
  mmost: ['mattermost'],
  mmosts: ['mattermost'],
  mqtt: ['mqtt'],
  mqtts: ['mqtt'],
  ntfy: ['ntfy_sh'],
  ntfys: ['ntfy_sh'],
  pbul: ['pushbullet'],
  pjet: ['pushjet'],
  pjets: ['pushjet'],
  pover: ['pushover'],
  prowl: ['prowl'],
  psafer: ['pushsafer'],
  psafers: ['pushsafer'],
  qt: ['desktop'],
  rocket: ['rocketchat'],
  rockets: ['rocketchat'],
  rsyslog: ['systemlog'],
  signal: ['signal'],
  signals: ['signal'],
  slack: ['slack', 'slack_webhook'],
  spush: ['simplepush'],
  syslog: ['systemlog'],
  tgram: ['telegram'],
  twilio: ['twilio'],
  windows: ['desktop'],
  workflow: ['teams'],
  workflows: ['teams'],
  xmpp: ['xmpp'],
  xmpps: ['xmpp'],
  zulip: ['zulip'],
}

/** The backend's own name for what a configuration calls it: in any case, with `-` or `_`; nothing if unknown. */
export function backendName(word: string): string | undefined {
  const wanted = word.toLowerCase().replaceAll('-', '_')
  if (Object.hasOwn(backends, wanted)) return wanted
  return Object.hasOwn(backendAliases, wanted) ? backendAliases[wanted] : undefined
}

const thirdParty = new Map<string, Promise<Backend>>()

/** Loads a backend by its own name, or a third-party one by its file. */
export async function loadBackend(name: string): Promise<Backend> {
  if (isThirdParty(name)) {
    const loaded = thirdParty.get(name) ?? import('./third-party.ts').then(({ loadThirdParty }) => loadThirdParty(name))
    thirdParty.set(name, loaded)
    return loaded
  }
  const load = name === heartbeat ? () => import('./ping/index.ts') : backends[name]
  if (load === undefined) throw new Error(`no backend ${name}`)
  return (await load()).default
}

/** Is this somebody's own backend, named by its file? */
export function isThirdParty(backend: string): boolean {
  return backend.startsWith('/') || /^[A-Za-z]:\\/.test(backend)
}
