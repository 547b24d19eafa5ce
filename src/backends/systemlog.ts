import { defineBackend } from '../backend.ts'
import { ConfigError, TransientError } from '../errors.ts'
import { choice, text } from '../options.ts'
import { oneLine } from '../text.ts'

const priorities = ['EMERG', 'ALERT', 'CRIT', 'ERR', 'WARNING', 'NOTICE', 'INFO', 'DEBUG'] as const
const facilities = [
  ...(['KERN', 'USER', 'MAIL', 'DAEMON', 'AUTH', 'SYSLOG', 'LPR', 'NEWS', 'UUCP', 'CRON', 'AUTHPRIV', 'FTP'] as const),
  ...(['LOCAL0', 'LOCAL1', 'LOCAL2', 'LOCAL3', 'LOCAL4', 'LOCAL5', 'LOCAL6', 'LOCAL7'] as const),
] as const

export default defineBackend({
  name: 'systemlog',
  title: "This machine's system log",
  homepage: 'https://man7.org/linux/man-pages/man1/logger.1.html',
  setup: ['Nothing: the program logger of this machine takes the message.'],
  options: {
    prio: choice(priorities, { description: 'the priority of the record', default: 'ALERT', aliases: ['priority'] }),
    facility: choice(facilities, { description: 'the facility of the record', default: 'LOCAL5' }),
    fmt: text({
      description: 'a line of the log: {title} and {message} stand for the notification',
      default: '[{title}] {message}',
    }),
    tag: text({ description: 'the name of the program in the record', default: 'ntfy' }),
  },
  local: true,
  // A record has 8 kB in rsyslog, and each line is one.
  limits: { title: { max: 500, unit: 'bytes' }, message: { max: 7000, unit: 'bytes' } },
  async send({ title, message }, { prio, facility, fmt, tag }, context) {
    const record = fmt.replace(/\{(title|message)\}/g, (_, word) => (word === 'title' ? title : message))
    const words = ['-t', tag, '-p', `${facility}.${prio}`.toLowerCase()]
    // Without these, logger of util-linux says nothing where there is no log, and cuts at 1 kB.
    const careful = await context.run('logger', ['--socket-errors=on', '-S', '8192', ...words], { stdin: record })
    if (careful.status === 0) return undefined
    const unknownOption = /unrecognized|illegal|invalid|usage/i.test(careful.stderr)
    const plain = unknownOption ? await context.run('logger', words, { stdin: record }) : careful
    if (plain.status === 0) return undefined
    const reason = `logger: ${oneLine(plain.stderr).trim().slice(0, 200)}`
    throw /no such file|not exist/i.test(reason)
      ? new ConfigError(`${reason}; is there a system log?`)
      : new TransientError(reason)
  },
})
