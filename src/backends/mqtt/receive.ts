import { hostname } from 'node:os'
import type { IPublishPacket } from 'mqtt'
import { openSocket } from '../../http/connect.ts'
import { startTls } from '../../http/tls.ts'
import { ConfigError, messageOf } from '../../platform/errors.ts'
import { asObject } from '../../platform/json.ts'
import { pause, pauseAfter } from '../../platform/retry.ts'
import { randomUuid } from '../../platform/uuid.ts'
import type { Flow, Received } from '../contract/receiving.ts'
import { receivedWhole } from '../shared/whole-notification.ts'
import { reasonCode, refusal, unsupportedVersion } from './reason.ts'
import type { Broker, Level } from './session.ts'

/** The broker keeps what arrives while nobody reads for so long, seconds. */
const keptFor = 7 * 24 * 60 * 60

/** Silence after which what the broker had kept has arrived, milliseconds. */
const quiet = 500

/**
 * Reads a topic in a session that the broker keeps, with QoS 1: a message is acknowledged when it was shown.
 *
 * @throws ConfigError the broker refuses
 */
export async function receive(broker: Broker, topic: string, signal: AbortSignal, flow: Flow): Promise<void> {
  let failures = 0
  let levels = [...broker.levels]
  while (!signal.aborted) {
    try {
      await readSession({ ...broker, clientId: sessionName(broker, topic) }, levels[0] ?? 5, { topic, signal, flow })
      if (flow.once) return
      failures = 0
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof Unsupported && levels.length > 1) {
        levels = levels.slice(1)
        continue
      }
      if (error instanceof ConfigError) throw error
      flow.lost(messageOf(error))
    }
    await pause(pauseAfter(failures++), signal)
  }
}

class Unsupported extends ConfigError {}

/** The same at every start, and another one for every machine and topic. */
function sessionName({ host, port, user, clientId }: Broker, topic: string): string {
  if (!clientId.startsWith('ntfy')) return clientId
  const about = [hostname(), process.env['HOME'], host, port, user, topic].join(' ')
  return `ntfyr${process.getBuiltinModule('node:crypto').createHash('sha256').update(about).digest('hex').slice(0, 16)}`
}

/** @returns when the connection has ended, or with `once` when all was taken */
async function readSession(
  { host, port, tls, clientId, user, password }: Broker,
  level: Level,
  { topic, signal, flow }: { topic: string; signal: AbortSignal; flow: Flow },
): Promise<void> {
  const server = `${host}:${port}`
  const { default: library } = await import('mqtt/lib/client')
  const plain = await openSocket(host, port, signal)
  const socket = tls === undefined ? plain : await startTls(plain, { name: host, ca: tls.ca })
  const client = new library.default(() => socket, {
    ...{ protocolId: 'MQTT', protocolVersion: level, clean: false, keepalive: 60, timerVariant: 'native' },
    ...{ reconnectPeriod: 0, connectTimeout: 10_000, clientId, resubscribe: false },
    ...(level === 5 && { properties: { sessionExpiryInterval: keptFor } }),
    ...(user !== undefined && { username: user }),
    ...(password !== undefined && { password }),
  })
  let pending: { received: Received; done: () => void }[] = []
  let timer: NodeJS.Timeout | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      const take = async () => {
        const batch = pending
        pending = []
        await flow.take(batch.map(({ received }) => received))
        for (const { done } of batch) done()
        if (batch.length > 0) look()
        else if (flow.once) resolve()
      }
      const look = () => {
        clearTimeout(timer)
        timer = setTimeout(() => void take().catch(reject), quiet)
      }
      // The library acknowledges when it is called back.
      client.handleMessage = (packet, done) => {
        // What is retained is older than we are.
        if (packet.retain) return done()
        pending.push({ received: receivedOf(packet), done: () => done() })
        look()
      }
      client.on('error', (error) => reject(failureOf(server, error)))
      client.on('close', () => resolve())
      client.on('connect', () => {
        flow.found()
        client.subscribe(topic, { qos: 1 }, (error, granted) => {
          const code = granted?.[0]?.qos ?? 128
          if (error !== null || code > 2) return reject(new ConfigError(`${server}: it does not let us read ${topic}`))
          if (flow.cursor() === undefined) flow.begin('session')
          look()
        })
      })
      signal.addEventListener('abort', () => resolve())
    })
  } finally {
    clearTimeout(timer)
    client.end()
    socket.destroySoon()
  }
}

function failureOf(server: string, error: Error & { code?: unknown }): Error {
  if (typeof error.code !== 'number') return error
  const code = reasonCode(error.code)
  const { message } = refusal(server, code, undefined)
  return code === unsupportedVersion ? new Unsupported(message) : refusal(server, code, undefined)
}

/** A notification of ntfy itself arrives whole; anything else is a text, and has no id. */
function receivedOf({ payload }: IPublishPacket): Received {
  const text = payload.toString('utf8')
  const whole = notificationIn(text)
  const id = randomUuid()
  if (whole === undefined) return { id, time: 0, title: '', message: text, priority: 'default', tags: [], hops: 0 }
  return { id, title: '', message: '', ...receivedWhole(whole) }
}

function notificationIn(text: string): Record<string, unknown> | undefined {
  try {
    const found = asObject(JSON.parse(text))
    return typeof found?.['message'] === 'string' ? found : undefined
  } catch {
    return undefined
  }
}
