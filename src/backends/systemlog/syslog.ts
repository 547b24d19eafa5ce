import { openSocket } from '../../http/connect.ts'
import { connectionFailure } from '../../http/failure.ts'
import { findAddress } from '../../http/lookup.ts'
import { startTls } from '../../http/tls.ts'
import { TransientError } from '../../platform/errors.ts'
import { cut } from '../../platform/text.ts'

export interface SyslogServer {
  host: string
  port: number
  protocol: 'udp' | 'tcp' | 'tls'
  /** Authorities for TLS, as PEM; nothing for the usual ones. */
  ca: string | undefined
}

export interface SyslogRecord {
  /** 0 to 23 and 0 to 7 (RFC 5424 §6.2.1). */
  facility: number
  severity: number
  /** ISO 8601. */
  time: string
  host: string
  program: string
  text: string
}

/** What rsyslog takes by default, in bytes; of what is longer it cuts a character in two (seen with 8.2302). */
const longestRecord = 8096

/** A record of RFC 5424 §6, without structured data. */
export function formatRecord({ facility, severity, time, host, program, text }: SyslogRecord): string {
  const printable = (word: string, longest: number) => word.replace(/[^!-~]/g, '').slice(0, longest) || '-'
  const header = `<${facility * 8 + severity}>1 ${time} ${printable(host, 255)} ${printable(program, 48)} - - - `
  return cut(`${header}${text}`, { max: longestRecord, unit: 'bytes' })
}

/**
 * Sends records to a syslog server.
 *
 * @throws ConfigError a certificate that is not to be trusted
 * @throws TransientError the server cannot be reached, or hung up on what was sent
 */
export async function sendRecords(server: SyslogServer, records: string[], signal: AbortSignal): Promise<void> {
  const place = `${server.host}:${server.port}`
  try {
    await (server.protocol === 'udp' ? byDatagrams(server, records) : byStream(server, records, signal))
  } catch (error) {
    throw connectionFailure(error, place, signal)
  }
}

/** How long the answer of a host may take that has nobody at the port (ICMP), in milliseconds. */
const refusalTakes = 100

/** RFC 5426: a record each. Nothing says that one arrived; only a closed port on a host near by answers. */
async function byDatagrams({ host, port }: SyslogServer, records: string[]): Promise<void> {
  const { address, family } = await findAddress(host)
  const socket = process.getBuiltinModule('node:dgram').createSocket(family === 6 ? 'udp6' : 'udp4')
  try {
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject)
      socket.connect(port, address, () => {
        for (const record of records) socket.send(record, (error) => error && reject(error))
        setTimeout(resolve, refusalTakes)
      })
    })
  } finally {
    socket.close()
  }
}

/** How long a server that does not want us may take to hang up, in milliseconds. */
const refusalByStream = 500

/** How long a server may keep its end open after ours has been closed, in milliseconds. */
const goodbyeTakes = 1500

/** RFC 6587 §3.4.1, and the same in TLS (RFC 5425): each record after its length in bytes. */
async function byStream(
  { host, port, protocol, ca }: SyslogServer,
  records: string[],
  signal: AbortSignal,
): Promise<void> {
  const plain = await openSocket(host, port, signal)
  plain.on('error', () => {})
  const socket = protocol === 'tls' ? await startTls(plain, { name: host, ca }) : plain
  let timer: NodeJS.Timeout | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      const hungUp = () => reject(new TransientError(`${host}:${port}: it hung up before it had all`))
      socket.on('error', reject).on('end', hungUp).on('close', hungUp).resume()
      socket.write(records.map((record) => `${Buffer.byteLength(record)} ${record}`).join(''), () => {
        // rsyslog hangs up on whom it does not allow, which looks like the end below if ours has come before.
        timer = setTimeout(() => {
          // The server closes its end when it has read up to the end of ours: the only word that it gives.
          socket.off('end', hungUp).off('close', hungUp).on('close', resolve)
          socket.end(() => {
            timer = setTimeout(resolve, goodbyeTakes)
          })
        }, refusalByStream)
      })
    })
  } finally {
    clearTimeout(timer)
    socket.destroy()
  }
}
