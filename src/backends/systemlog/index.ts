import { readCertificates } from '../../http/certificates.ts'
import { ConfigError, TransientError } from '../../platform/errors.ts'
import { excerpt } from '../../platform/masking.ts'
import { cut } from '../../platform/text.ts'
import { type Context, defineBackend, type Outgoing } from '../contract/backend.ts'
import { host } from '../contract/formats.ts'
import { choice, number, type OptionValues, path, text } from '../contract/options.ts'
import { formatRecord, type SyslogServer, sendRecords } from './syslog.ts'

/** By their numbers (RFC 5424 §6.2.1). */
const priorities = ['EMERG', 'ALERT', 'CRIT', 'ERR', 'WARNING', 'NOTICE', 'INFO', 'DEBUG'] as const
const facilities = [
  ...(['KERN', 'USER', 'MAIL', 'DAEMON', 'AUTH', 'SYSLOG', 'LPR', 'NEWS', 'UUCP', 'CRON', 'AUTHPRIV', 'FTP'] as const),
  ...(['LOCAL0', 'LOCAL1', 'LOCAL2', 'LOCAL3', 'LOCAL4', 'LOCAL5', 'LOCAL6', 'LOCAL7'] as const),
] as const

const options = {
  prio: choice(priorities, { description: 'the priority of the record', default: 'ALERT', aliases: ['priority'] }),
  facility: choice(facilities, {
    description: 'the facility of the record',
    default: 'LOCAL5',
    aliases: ['syslog_facility'],
  }),
  fmt: text({
    description: 'the text, each line of which is a record: {title} and {message} stand for the notification',
    default: '[{title}] {message}',
  }),
  tag: text({
    format: { pattern: /^[!-~]+$/, expected: 'expected a name without blanks' },
    description: 'the name of the program in the record',
    default: 'ntfy',
  }),
  host: text({
    format: host,
    description: 'a server that takes the records; without it those of this machine are written',
  }),
  port: number({ description: 'its port: 514, or 6514 with protocol tls', min: 1, max: 65535 }),
  protocol: choice(['udp', 'tcp', 'tls'], {
    description: 'how the server is reached; udp does not report whether a record arrived',
    default: 'udp',
  }),
  ca: path({
    certificates: true,
    description: 'a PEM file of authorities to trust instead of the usual ones, with protocol tls',
    aliases: ['ca_file'],
  }),
  socket: path({ description: "the socket of this machine's log, if it is not the usual one", example: '/dev/log' }),
}

type SystemlogOptions = OptionValues<typeof options>

export default defineBackend({
  name: 'systemlog',
  title: 'The system log, of this machine or another',
  homepage: 'https://man7.org/linux/man-pages/man1/logger.1.html',
  setup: [
    'Nothing: the program logger of this machine takes the message.',
    'For another machine give its `host`; its log must listen there, as rsyslog does with module(load="imtcp") input(type="imtcp" port="514").',
  ],
  addresses: {
    schemes: ['syslog', 'rsyslog'],
    form: 'syslog://[FACILITY] or rsyslog://HOST[/FACILITY]',
    read({ scheme, host, port, path: [facility], query }) {
      const word = (query['facility'] ?? (scheme === 'syslog' ? host : facility))?.toUpperCase() || undefined
      return scheme === 'syslog' ? { facility: word } : { facility: word, host, port }
    },
  },
  options,
  // A record has 8 kB in rsyslog, and each line is one.
  limits: { title: { max: 500, unit: 'bytes' }, message: { max: 7000, unit: 'bytes' } },
  async send(notification, options, context) {
    const { title, message } = notification
    const text = options.fmt.replace(/\{(title|message)\}/g, (_, word) => (word === 'title' ? title : message))
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    const records = lines.length > 0 ? lines : ['-']
    const server = serverOf(options)
    if (server === undefined) await byLogger(records, options, context)
    else await byNetwork(server, records, notification, options, context)
    return undefined
  },
  async probe(options, { signal }) {
    const server = serverOf(options)
    if (server === undefined) return 'the program logger takes the messages'
    const place = `${server.host}:${server.port}`
    if (server.protocol === 'udp')
      return `${place} gets the messages; udp does not report whether anything listens there`
    await sendRecords(server, [], signal)
    return `${place} answers`
  },
})

async function byNetwork(
  server: SyslogServer,
  records: string[],
  { time, origin }: Outgoing,
  { prio, facility, tag }: SystemlogOptions,
  { signal }: Context,
): Promise<void> {
  const numbers = { facility: facilityNumber(facility), severity: priorities.indexOf(prio) }
  const common = { ...numbers, time, host: origin.host, program: tag }
  const formatted = records.map((text) => formatRecord({ ...common, text }))
  await sendRecords(server, formatted, signal)
}

/** The server that takes the records; nothing for this machine. */
function serverOf({ host, port, protocol, ca }: SystemlogOptions): SyslogServer | undefined {
  if (host === undefined) return undefined
  return {
    host: host.replace(/^\[|\]$/g, ''),
    port: port ?? (protocol === 'tls' ? 6514 : 514),
    protocol,
    ca: ca === undefined ? undefined : readCertificates(ca),
  }
}

/** The numbers from 12 to 15 have no name that all agree on. */
function facilityNumber(facility: SystemlogOptions['facility']): number {
  const index = facilities.indexOf(facility)
  return facility.startsWith('LOCAL') ? index + 4 : index
}

/** In bytes; with the header that logger puts before it, it fits into a record of rsyslog. */
const longestLine = 8000

async function byLogger(records: string[], { prio, facility, tag, socket }: SystemlogOptions, context: Context) {
  const words = ['-t', tag, '-p', `${facility}.${prio}`.toLowerCase(), ...(socket === undefined ? [] : ['-u', socket])]
  const text = records.map((record) => cut(record, { max: longestLine, unit: 'bytes' })).join('\n')
  // Without these, logger of util-linux says nothing where there is no log, and cuts at 1 kB.
  const careful = await context.run('logger', ['--socket-errors=on', '-S', '8192', ...words], { stdin: text })
  if (careful.status === 0) return
  const unknownOption = /unrecognized|illegal|invalid|usage/i.test(careful.stderr)
  const plain = unknownOption ? await context.run('logger', words, { stdin: text }) : careful
  if (plain.status === 0) return
  const reason = `logger: ${excerpt(plain.stderr)}`
  throw unknownOption || /no such file|not exist/i.test(reason)
    ? new ConfigError(`${reason}; is there a system log?`)
    : new TransientError(reason)
}
