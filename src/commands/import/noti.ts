import type { Imported } from './imported.ts'
import { mapping, mappingIn } from './yaml.ts'

/** noti.yaml: a section for each service (noti 3.8, docs/noti.example.yaml). */
export async function importNoti(text: string, into: Imported, path: string): Promise<void> {
  for (const [section, value] of Object.entries(await mappingIn(text, path))) {
    if (section === '$schema') continue
    const service = services[section.toLowerCase()]
    if (service === undefined) into.lose(`${section}: ntfy has nothing like it`)
    else await readService(section, mapping(value), service, into)
  }
}

interface Service {
  backend(given: Given): string
  /** Our name for each of its keys; `null` means that ntfy decides it itself. */
  keys: Record<string, string | null>
}

type Given = Record<string, unknown>

async function readService(section: string, value: Given, { backend, keys }: Service, into: Imported): Promise<void> {
  const given: Given = {}
  for (const [key, one] of Object.entries(value)) {
    if (one !== '' && one !== null && one !== undefined) given[key.toLowerCase()] = one
  }
  // The example that noti ships names every key, most of them with nothing or its default.
  const meaningful = Object.keys(given).filter((key) => !defaults.has(`${section.toLowerCase()}.${key}`))
  if (meaningful.length === 0) return
  const settings: Given = {}
  for (const [key, one] of Object.entries(given)) {
    const name = Object.hasOwn(keys, key) ? keys[key] : undefined
    if (name) settings[name] = name === 'type' && one === 'private' ? 'direct' : one
    else if (name === undefined && one !== false) into.lose(`${section}: ${key}: ntfy has nothing like it`)
  }
  await into.add(backend(given), settings, section)
}

const to = (name: string) => (): string => name

const services: Record<string, Service> = {
  banner: { backend: to('desktop'), keys: { icon: 'icon' } },
  nsuser: { backend: to('desktop'), keys: { soundname: 'soundfile' } },
  say: { backend: to('speech'), keys: { voice: 'voice' } },
  espeak: { backend: to('speech'), keys: { voicename: 'voice' } },
  speechsynthesizer: { backend: to('speech'), keys: {} },
  bearychat: { backend: to('bearychat'), keys: { incominghookuri: 'url' } },
  keybase: {
    backend: to('keybase'),
    keys: { conversation: 'conversation', channel: 'channel', explodinglifetime: 'exploding_lifetime' },
  },
  pushbullet: { backend: to('pushbullet'), keys: { accesstoken: 'access_token', deviceiden: 'device_iden' } },
  pushover: { backend: to('pushover'), keys: { apitoken: 'api_token', userkey: 'user_key' } },
  pushsafer: { backend: to('pushsafer'), keys: { key: 'key' } },
  simplepush: { backend: to('simplepush'), keys: { key: 'key', event: 'event' } },
  slack: {
    backend: ({ appurl }) => (appurl === undefined ? 'slack' : 'slack_webhook'),
    keys: { appurl: 'url', token: 'token', channel: 'channel', username: null },
  },
  telegram: { backend: to('telegram'), keys: { token: 'token', chatid: 'chat_id', topic: 'message_thread_id' } },
  twilio: {
    backend: to('twilio'),
    keys: { authtoken: 'auth_token', accountsid: 'account_sid', numberto: 'to', numberfrom: 'from' },
  },
  gchat: { backend: to('googlechat'), keys: { appurl: 'url' } },
  chanify: { backend: to('chanify'), keys: { sound: 'sound' } },
  ntfy: { backend: to('ntfy_sh'), keys: { url: 'server', topic: 'topic', token: 'token' } },
  bark: { backend: to('bark'), keys: { apiurl: 'url', key: 'device_key' } },
  zulip: {
    backend: to('zulip'),
    keys: { key: 'key', botaddress: 'email', uri: 'site', type: 'type', to: 'to', topic: 'topic' },
  },
  mattermost: {
    backend: to('mattermost'),
    keys: { username: 'username', channel: 'channel', incominghookuri: 'url', iconurl: 'icon_url' },
  },
}

/** What says nothing by itself. */
const defaults = new Set(
  'ntfy.url bark.apiurl zulip.type mattermost.username chanify.sound chanify.priority chanify.interruptionlevel nsuser.soundname nsuser.soundnamefail keybase.public slack.username'.split(
    ' ',
  ),
)
