import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { makeAuthority } from './certificates.ts'
import { temporaryFolder } from './home.ts'
import { waitFor } from './wait.ts'

const nobody = 65534
const users = ['ops', 'two', 'three'].map((name) => `${name}@example.org`)

/** A postfix of the test's own, whose users are asked for their password by a dovecot of its own. */
export interface MailSystem {
  /** A port for STARTTLS, and one for TLS from the first byte. */
  submission: number
  submissions: number
  /** The authority of its certificate, which is for `mail.example.org`. */
  ca: string
  /** A folder with the program `sendmail` of this postfix. */
  programs: string
  /** Everything that was delivered to an address, as it lies in its mailbox. */
  mailbox(address: string): string[]
  /** Waits until a mail has arrived there. */
  arrival(address: string): Promise<string>
}

/** Starts both in the foreground, in folders of their own; they end with the test. Only root can. */
export async function mailSystem(password: string): Promise<MailSystem> {
  const folder = temporaryFolder()
  chmodSync(folder, 0o755)
  const [submission, submissions] = [await freePort(), await freePort()]
  const authority = makeAuthority(folder)
  const { key, cert } = authority.certificate('mail.example.org')
  writeFileSync(join(folder, 'server.pem'), key + cert, { mode: 0o600 })
  const boxes = join(folder, 'mail')
  mkdirSync(boxes)
  chownSync(boxes, nobody, nobody)
  writeConfiguration(folder, { submission, submissions })
  await startDovecot(folder, password)
  await startPostfix(folder, [submission, submissions])
  const mailbox = (address: string) => {
    const fresh = join(boxes, address, 'new')
    return existsSync(fresh) ? readdirSync(fresh).map((file) => readFileSync(join(fresh, file), 'utf8')) : []
  }
  const arrival = (address: string) => waitFor(`a mail for ${address}`, () => mailbox(address)[0])
  return { submission, submissions, ca: authority.file, programs: sendmailFolder(folder), mailbox, arrival }
}

function writeConfiguration(folder: string, ports: { submission: number; submissions: number }): void {
  const configuration = join(folder, 'postfix')
  for (const name of [configuration, join(folder, 'queue'), join(folder, 'data')]) mkdirSync(name)
  spawnSync('chown', ['postfix', join(folder, 'data')])
  const settings = {
    compatibility_level: '3.6',
    queue_directory: join(folder, 'queue'),
    data_directory: join(folder, 'data'),
    maillog_file: join(folder, 'postfix.log'),
    maillog_file_prefixes: folder,
    inet_interfaces: '127.0.0.1',
    inet_protocols: 'ipv4',
    myhostname: 'mail.example.org',
    mydestination: '',
    alias_maps: '',
    alias_database: '',
    virtual_mailbox_domains: 'example.org',
    virtual_mailbox_base: join(folder, 'mail'),
    virtual_mailbox_maps: `inline:{ ${users.map((user) => `${user}=${user}/`).join(', ')} }`,
    virtual_uid_maps: `static:${nobody}`,
    virtual_gid_maps: `static:${nobody}`,
    smtpd_tls_chain_files: join(folder, 'server.pem'),
    smtpd_tls_security_level: 'may',
    smtpd_tls_auth_only: 'yes',
    smtpd_sasl_auth_enable: 'yes',
    smtpd_sasl_type: 'dovecot',
    smtpd_sasl_path: 'private/auth',
    smtpd_relay_restrictions: 'permit_sasl_authenticated, reject',
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`)
  writeFileSync(join(configuration, 'main.cf'), lines.join(''))
  const private_ = ['rewrite trivial-rewrite', 'bounce bounce', 'defer bounce', 'trace bounce']
  private_.push('proxymap proxymap', 'error error', 'retry error', 'anvil anvil')
  const services = [
    `127.0.0.1:${ports.submission} inet n - n - - smtpd`,
    `127.0.0.1:${ports.submissions} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes`,
    'postlog unix-dgram n - n - 1 postlogd',
    'pickup unix n - n 1 1 pickup',
    'cleanup unix n - n - 0 cleanup',
    'qmgr unix n - n 300 1 qmgr',
    'virtual unix - n n - - virtual',
    'tlsmgr unix - - n 1000? 1 tlsmgr',
    ...private_.map((service) => service.replace(' ', ' unix - - n - - ')),
  ]
  writeFileSync(join(configuration, 'master.cf'), services.map((line) => `${line}\n`).join(''))
}

async function startDovecot(folder: string, password: string): Promise<void> {
  const socket = join(folder, 'queue/private/auth')
  mkdirSync(join(folder, 'queue/private'))
  spawnSync('chown', ['postfix', join(folder, 'queue/private')])
  const file = join(folder, 'dovecot.conf')
  const text = `protocols =
base_dir = ${folder}/dovecot
state_dir = ${folder}/dovecot
log_path = ${folder}/dovecot.log
ssl = no
auth_mechanisms = plain login
auth_failure_delay = 0
passdb {
  driver = static
  args = password=${password}
}
userdb {
  driver = static
  args = uid=${nobody} gid=${nobody} home=/nonexistent
}
service auth {
  unix_listener ${socket} {
    mode = 0600
    user = postfix
  }
}
`
  writeFileSync(file, text)
  const dovecot = spawn('dovecot', ['-F', '-c', file], { stdio: 'ignore' })
  onTestFinished(() => ended(dovecot, 'SIGTERM'))
  await waitFor('dovecot', () => existsSync(socket))
}

async function startPostfix(folder: string, ports: number[]): Promise<void> {
  const configuration = join(folder, 'postfix')
  const postfix = spawn('postfix', ['-c', configuration, 'start-fg'], { stdio: 'ignore', detached: true })
  onTestFinished(async () => {
    spawnSync('postfix', ['-c', configuration, 'abort'], { stdio: 'ignore' })
    await ended(postfix, 'SIGTERM')
  })
  for (const port of ports) await waitFor('postfix', () => isOpen(port))
}

function sendmailFolder(folder: string): string {
  const programs = join(folder, 'bin')
  mkdirSync(programs)
  const script = `#!/bin/sh\nexec /usr/sbin/sendmail -C ${join(folder, 'postfix')} "$@"\n`
  writeFileSync(join(programs, 'sendmail'), script, { mode: 0o755 })
  return programs
}

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.on('exit', () => resolve())
    child.kill(signal)
  })
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
