import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Account } from '../../src/backends/xmpp/session.ts'
import { makeAuthority } from './certificates.ts'
import { type Daemon, startDaemon } from './daemon.ts'
import { closedPort } from './server.ts'

export const xmppPassword = 'correct "horse" & Größe'

/** What each domain of the server does not offer: so it decides how people log in. */
const mechanisms = {
  'example.test': [],
  'sha256.test': ['SCRAM-SHA-1', 'PLAIN'],
  'sha1.test': ['SCRAM-SHA-256', 'PLAIN'],
  'plain.test': ['SCRAM-SHA-256', 'SCRAM-SHA-1'],
}

/** A prosody of the tests' own, with rooms at `rooms.example.test`. */
export interface Server extends Daemon {
  /** A port for STARTTLS, and one for TLS from the first byte. */
  port: number
  directPort: number
  /** The authority of its certificates, each for its domain alone. */
  ca: string
  /** An account of this server: `ntfy` and `me` in every domain. */
  account(user: string, domain?: string): Account
  start(): Promise<void>
}

/** Starts it in `folder`; whoever starts it stops it. */
export async function startProsody(folder: string): Promise<Server> {
  const [port, directPort] = [await closedPort(), await closedPort()]
  const certificates = join(folder, 'certificates')
  mkdirSync(certificates)
  const authority = makeAuthority(certificates)
  const hosts = Object.entries(mechanisms).flatMap(([domain, disabled]) => {
    const { key, cert } = authority.certificate(domain)
    writeFileSync(join(folder, `${domain}.key`), key)
    writeFileSync(join(folder, `${domain}.crt`), cert)
    return [
      `VirtualHost "${domain}"`,
      `  ssl = { key = "${folder}/${domain}.key", certificate = "${folder}/${domain}.crt" }`,
      `  disable_sasl_mechanisms = { ${disabled.map((name) => `"${name}"`).join(', ')} }`,
    ]
  })
  const lines = [
    `data_path = "${folder}/data"`,
    `pidfile = "${folder}/prosody.pid"`,
    ...['run_as_root = true', 'daemonize = false', 'interfaces = { "127.0.0.1" }', 'log = { info = "*console" }'],
    `c2s_ports = { ${port} }`,
    `c2s_direct_tls_ports = { ${directPort} }`,
    `ssl = { key = "${folder}/example.test.key", certificate = "${folder}/example.test.crt" }`,
    ...['s2s_ports = {}', 'modules_disabled = { "s2s" }', 'use_libevent = false', 'c2s_require_encryption = true'],
    'modules_enabled = { "saslauth", "tls", "roster", "ping", "disco" }',
    'authentication = "internal_plain"',
    ...hosts,
    'Component "rooms.example.test" "muc"',
    '  restrict_room_creation = false',
    '  muc_room_locking = true',
  ]
  const configuration = join(folder, 'prosody.cfg.lua')
  writeFileSync(configuration, `${lines.join('\n')}\n`)
  mkdirSync(join(folder, 'data'))
  for (const domain of Object.keys(mechanisms)) {
    for (const user of ['ntfy', 'me']) {
      execFileSync('prosodyctl', ['--config', configuration, 'register', user, domain, xmppPassword], { stdio: 'pipe' })
    }
  }
  const launch = () => startDaemon('prosody', ['--config', configuration, '-F'], { ports: [port, directPort] })
  let daemon = await launch()
  const fixed = { host: '127.0.0.1', port, directTls: undefined, resource: undefined, password: xmppPassword }
  const pem = execFileSync('cat', [authority.file], { encoding: 'utf8' })
  return {
    port,
    directPort,
    ca: authority.file,
    account: (user, domain = 'example.test') => ({ ...fixed, user, domain, ca: pem }),
    said: () => daemon.said(),
    stop: () => daemon.stop(),
    start: async () => {
      daemon = await launch()
    },
  }
}
