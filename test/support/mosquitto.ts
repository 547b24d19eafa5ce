import { spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { makeAuthority } from './certificates.ts'
import { type Daemon, startDaemon } from './daemon.ts'
import { closedPort } from './server.ts'
import { waitFor } from './wait.ts'

/** A mosquitto of the tests' own. */
export interface Broker extends Daemon {
  /** A port for everybody, without TLS. */
  port: number
  /** A port with TLS for the user `ntfy`, who may write below `mine/` and read everything. */
  securePort: number
  /** The authority of its certificate, which is for `localhost`. */
  ca: string
  /** Starts it again after a stop. */
  start(): Promise<void>
}

export const brokerPassword = 'correct "horse" & battery'

/** Starts it in `folder`; whoever starts it stops it. */
export async function startBroker(folder: string): Promise<Broker> {
  const [port, securePort] = [await closedPort(), await closedPort()]
  const authority = makeAuthority(folder)
  const { key, cert } = authority.certificate('localhost')
  const file = (name: string, text = '') => {
    writeFileSync(join(folder, name), text, { mode: 0o600 })
    return join(folder, name)
  }
  const passwords = file('passwords')
  spawnSync('mosquitto_passwd', ['-b', passwords, 'ntfy', brokerPassword])
  const lines = [
    ...['per_listener_settings true', 'user root', 'max_packet_size 2000', 'max_qos 2'],
    ...[`listener ${port} 127.0.0.1`, 'allow_anonymous true'],
    ...[`listener ${securePort} 127.0.0.1`, 'allow_anonymous false', `password_file ${passwords}`],
    `acl_file ${file('access', 'user ntfy\ntopic read #\ntopic write mine/#\n')}`,
    `keyfile ${file('server.key', key)}`,
    `certfile ${file('server.pem', cert)}`,
  ]
  const configuration = file('mosquitto.conf', `${lines.join('\n')}\n`)
  const launch = () => startDaemon('mosquitto', ['-c', configuration], { ports: [port, securePort] })
  let daemon = await launch()
  return {
    port,
    securePort,
    ca: authority.file,
    said: () => daemon.said(),
    stop: () => daemon.stop(),
    start: async () => {
      daemon = await launch()
    },
  }
}

/** A message as a subscriber sees it (`mosquitto_sub -F %j`). */
export interface Arrived {
  topic: string
  qos: number
  retain: number
  payload: string
  properties?: Record<string, unknown>
}

/** Subscribes to a topic for the rest of the test; what is returned waits for the next message. */
export async function subscribe(port: number, topic: string): Promise<() => Promise<Arrived>> {
  // Into a pipe it would say nothing before it ends.
  const words = [
    '-oL',
    'mosquitto_sub',
    '-d',
    '-V',
    '5',
    '-h',
    '127.0.0.1',
    '-p',
    `${port}`,
    '-q',
    '2',
    '-t',
    topic,
    '-F',
    '>%j',
  ]
  const child = spawn('stdbuf', words, { stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => void child.kill())
  let said = ''
  child.stdout.on('data', (piece: Buffer) => (said += piece))
  await waitFor('the subscription', () => said.includes('Subscribed'))
  let taken = 0
  return async () => {
    const lines = () => said.split('\n').filter((line) => line.startsWith('>') && line.endsWith('}'))
    const line = await waitFor(`a message for ${topic}`, () => lines()[taken])
    taken++
    return JSON.parse(line.slice(1)) as Arrived
  }
}
