import { readCertificates } from '../../http/certificates.ts'
import { hideSecret } from '../../platform/masking.ts'
import { type Context, defineBackend, type Outgoing } from '../contract/backend.ts'
import { boolean, choice, type OptionValues, path, text, url } from '../contract/options.ts'
import { wholeNotification } from '../shared/whole-notification.ts'
import type { Message } from './publish.ts'
import type { Level } from './session.ts'

const options = {
  url: url({
    description: 'the address of the broker: mqtt:// (port 1883) or, with TLS, mqtts:// (port 8883)',
    required: true,
    example: 'mqtts://broker.example.org',
    protocols: ['mqtt', 'mqtts'],
    problem: (address) =>
      new URL(String(address)).pathname.length > 1 ? 'expected mqtt://host:port: the topic has an option' : undefined,
    aliases: ['server', 'broker'],
  }),
  topic: text({
    format: { pattern: /^[^+#\0]+$/, expected: 'expected a topic without the wildcards + and #' },
    description: 'the topic to publish to, without wildcards',
    required: true,
    example: 'home/ntfy',
  }),
  qos: choice(['0', '1', '2'], {
    description:
      '1: the broker confirms the message; 2: and passes it on only once; 0: it confirms nothing, and says nothing where the topic is not allowed',
    default: '1',
  }),
  retain: boolean({ description: 'the broker keeps the message for whoever subscribes later', default: false }),
  payload: choice(['json', 'text'], {
    description: 'json: an object with title, message, priority and all else that is known; text: what `fmt` makes',
    default: 'json',
    aliases: ['format'],
  }),
  fmt: text({
    description: 'the payload as text: {title} and {message} stand for the notification',
    default: '{title}\n{message}',
  }),
  user: text({
    description: "the user name; the broker's access list must let it write to the topic",
    aliases: ['username'],
  }),
  password: text({ description: 'the password', secret: true, aliases: ['pass'] }),
  ca: path({
    certificates: true,
    description: 'a PEM file of authorities to trust instead of the usual ones',
    aliases: ['ca_file', 'cafile'],
  }),
  version: choice(['auto', '5', '3.1.1'], {
    description:
      'the version of MQTT; auto: 5, or 3.1.1 where the broker cannot do that. With 3.1.1 no broker says that a topic is not allowed',
    default: 'auto',
  }),
  client_id: text({
    description: 'the name of the connection, if the broker wants a certain one',
    aliases: ['clientid'],
  }),
}

type MqttOptions = OptionValues<typeof options>

export default defineBackend({
  name: 'mqtt',
  title: 'MQTT',
  homepage: 'https://mqtt.org/mqtt-specification/',
  setup: [
    "Ask whoever runs the broker for its address, a user with a password that may publish to the topic, and its authority's certificate if it has one of its own (`ca`).",
  ],
  addresses: {
    schemes: ['mqtt', 'mqtts'],
    form: 'mqtts://[USER:PASSWORD@]HOST/TOPIC',
    read({ scheme, user, password, authority, path, query: { qos, retain } }) {
      if (path.length === 0) return undefined
      return { url: `${scheme}://${authority}`, topic: path.join('/'), user, password, qos, retain, payload: 'text' }
    },
  },
  options,
  limits: { title: { max: 1000, unit: 'bytes' }, message: { max: 100_000, unit: 'bytes' } },
  async send(notification, options, context) {
    const { publish } = await import('./publish.ts')
    const { level, qos, unheard } = await publish(brokerOf(options), messageOf(notification, options), context.signal)
    if (unheard) context.debug(`nobody has subscribed to ${options.topic}`)
    return { topic: options.topic, qos, version: level === 4 ? '3.1.1' : '5' }
  },
  async receive(options, { signal }, flow) {
    const { receive } = await import('./receive.ts')
    await receive(brokerOf(options), options.topic, signal, flow)
  },
  async probe(options, context: Context) {
    const broker = brokerOf(options)
    const { publish } = await import('./publish.ts')
    const { level } = await publish(broker, undefined, context.signal)
    const who = broker.user === undefined ? 'lets everybody in' : `knows ${broker.user}`
    return `${broker.host}:${broker.port} ${who} (MQTT ${level === 4 ? '3.1.1' : '5'})`
  },
})

function brokerOf({ url: address, user, password, ca, version, client_id }: MqttOptions) {
  const { protocol, hostname, port, username, password: inAddress } = new URL(address)
  const secret = password ?? (decoded(inAddress) || undefined)
  if (secret !== undefined) hideSecret(secret)
  const tls = protocol === 'mqtts:'
  const levels: Record<MqttOptions['version'], Level[]> = { auto: [5, 4], 5: [5], '3.1.1': [4] }
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (tls ? 8883 : 1883),
    tls: tls ? { ca: ca === undefined ? undefined : readCertificates(ca) } : undefined,
    clientId: client_id ?? randomName(),
    // MQTT 3.1.1 has no password without a user.
    user: user ?? (decoded(username) || (secret && '')),
    password: secret,
    levels: levels[version],
  }
}

/** A percent sign that encodes nothing stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** A second connection of the same name would end the first. A broker need not take more than 23 letters and digits. */
function randomName(): string {
  return `ntfy${process.getBuiltinModule('node:crypto').randomBytes(8).toString('hex')}`
}

function messageOf(notification: Outgoing, { topic, qos, retain, payload, fmt }: MqttOptions): Message {
  const { title, message } = notification
  return {
    topic,
    qos: Number(qos) as Message['qos'],
    retain,
    contentType: payload === 'json' ? 'application/json' : 'text/plain',
    payload:
      payload === 'json'
        ? JSON.stringify(wholeNotification(notification))
        : fmt.replace(/\{(title|message)\}/g, (_, word) => (word === 'title' ? title : message)),
  }
}
