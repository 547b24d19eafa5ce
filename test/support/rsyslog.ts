import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeAuthority } from './certificates.ts'
import { type Daemon, startDaemon } from './daemon.ts'
import { closedPort } from './server.ts'
import { waitFor } from './wait.ts'

/** A record as rsyslog understood it. */
export interface LogRecord {
  facility: string
  severity: string
  program: string
  host: string
  time: string
  text: string
}

/** An rsyslog of the tests' own. */
export interface Syslog extends Daemon {
  udp: number
  tcp: number
  tls: number
  /** The authority of its certificate, which is for `localhost`. */
  ca: string
  socket: string
  /** Waits for this many records more, and returns them. */
  next(count: number): Promise<LogRecord[]>
}

/** Starts it in `folder`; whoever starts it stops it. */
export async function startRsyslog(folder: string): Promise<Syslog> {
  const [udp, tcp, tls] = [await closedPort(), await closedPort(), await closedPort()]
  const authority = makeAuthority(folder)
  const { key, cert } = authority.certificate('localhost')
  const [keyFile, certificateFile, log, socket] = ['key.pem', 'cert.pem', 'log', 'socket'].map((name) =>
    join(folder, name),
  ) as [string, string, string, string]
  writeFileSync(keyFile, key)
  writeFileSync(certificateFile, cert)
  const fields = [
    'syslogfacility-text',
    'syslogseverity-text',
    'programname',
    'hostname',
    'timereported:::date-rfc3339',
  ]
  const driver = 'streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="anon"'
  const lines = [
    `global(workDirectory="${folder}" defaultNetstreamDriverCAFile="${authority.file}"`,
    `  defaultNetstreamDriverCertFile="${certificateFile}" defaultNetstreamDriverKeyFile="${keyFile}")`,
    'module(load="imudp")',
    `input(type="imudp" address="127.0.0.1" port="${udp}")`,
    'module(load="imtcp")',
    `input(type="imtcp" address="127.0.0.1" port="${tcp}")`,
    `input(type="imtcp" address="127.0.0.1" port="${tls}" ${driver})`,
    'module(load="imuxsock" SysSock.Use="off")',
    `input(type="imuxsock" Socket="${socket}")`,
    `template(name="fields" type="string" string="${[...fields, 'msg'].map((field) => `%${field}%`).join('\\t')}\\n")`,
    `action(type="omfile" file="${log}" template="fields")`,
  ]
  const configuration = join(folder, 'rsyslog.conf')
  writeFileSync(configuration, `${lines.join('\n')}\n`)
  const daemon = await startDaemon('rsyslogd', ['-n', '-f', configuration, '-i', join(folder, 'pid')], {
    ports: [tcp, tls],
  })
  await waitFor('the socket of rsyslog', () => existsSync(socket))
  const records = () => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(0, -1) : []).map(parse)
  let taken = records().length
  return {
    ...daemon,
    ...{ udp, tcp, tls, socket, ca: authority.file },
    async next(count) {
      const found = await waitFor(`${count} records`, () => {
        const fresh = records().slice(taken)
        return fresh.length >= count && fresh
      })
      taken += found.length
      return found
    },
  }
}

function parse(line: string): LogRecord {
  const [facility = '', severity = '', program = '', host = '', time = '', ...text] = line.split('\t')
  return { facility, severity, program, host, time, text: text.join('\t').replace(/^ /, '') }
}
