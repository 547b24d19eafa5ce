import type { Transporter } from 'nodemailer'
import { type Context, defineBackend, type Outgoing } from '../backend.ts'
import { ConfigError } from '../errors.ts'
import { mailFailure, partialFailure } from '../mail-failure.ts'
import { readCertificates } from '../network/certificates.ts'
import type { Priority } from '../notification.ts'
import { boolean, choice, list, number, path, text } from '../options.ts'

export default defineBackend({
  name: 'mail',
  title: 'E-mail',
  homepage: 'https://www.rfc-editor.org/rfc/rfc5321',
  aliases: ['email', 'smtp'],
  options: {
    host: text({
      description: 'the mail server; without it the program `sendmail` takes the message',
      aliases: ['server'],
    }),
    port: number({
      description: 'its port: 465 for tls implicit, else 587 with a user and 25 without',
      min: 1,
      max: 65535,
    }),
    senderaddress: text({
      description: 'the address it comes from',
      required: true,
      example: 'ntfy@example.org',
      aliases: ['from', 'sender', 'sender_address'],
    }),
    to: list({
      description: 'the addresses it goes to',
      required: true,
      example: ['ops@example.org'],
      aliases: ['recipients', 'recipient'],
    }),
    cc: list({ description: 'further addresses that all can see' }),
    bcc: list({ description: 'further addresses that nobody sees' }),
    user: text({ description: 'the user name at the server', aliases: ['username'] }),
    password: text({ description: 'the password at the server', secret: true, aliases: ['pass'] }),
    tls: choice(['auto', 'starttls', 'implicit', 'none'], {
      description:
        'auto: implicit on port 465, else STARTTLS, which is required with a password unless the server is this machine',
      default: 'auto',
    }),
    ca: path({ description: 'a PEM file of authorities to trust instead of the usual ones' }),
    servername: text({ description: 'the name that the certificate must have, if it is not that of the host' }),
    html: boolean({ description: 'add a part in HTML', default: false }),
    subject_prefix: text({ description: 'goes in front of the subject', example: '[ntfy] ' }),
  },
  limits: { title: { max: 900, unit: 'bytes' }, message: { max: 500_000, unit: 'bytes' } },
  async send(notification, options, context) {
    const { createTransport } = await import('nodemailer')
    const message = { ...messageOf(notification, options, context), disableFileAccess: true, disableUrlAccess: true }
    if (options.host === undefined)
      return sendBySendmail(createTransport({ streamTransport: true, buffer: true }), message, context)
    const transport = createTransport(serverOf(options, options.host))
    const end = () => transport.close()
    context.signal.addEventListener('abort', end, { once: true })
    try {
      const { messageId, accepted, rejected, rejectedErrors, response } = await transport.sendMail(message)
      if (rejected.length > 0) throw partialFailure(rejectedErrors ?? [], accepted.map(String))
      return { messageId, accepted, response }
    } catch (error) {
      throw mailFailure(error, options.host)
    } finally {
      transport.close()
    }
  },
})

interface MailOptions {
  port: number | undefined
  senderaddress: string
  to: string[]
  cc: string[] | undefined
  bcc: string[] | undefined
  user: string | undefined
  password: string | undefined
  tls: 'auto' | 'starttls' | 'implicit' | 'none'
  ca: string | undefined
  servername: string | undefined
  html: boolean
  subject_prefix: string | undefined
}

/** nodemailer waits for minutes by default, and would send a password in clear where no STARTTLS is offered. */
function serverOf(options: MailOptions, host: string) {
  const port = options.port ?? (options.tls === 'implicit' ? 465 : options.user === undefined ? 25 : 587)
  const secure = options.tls === 'implicit' || (options.tls === 'auto' && port === 465)
  const local = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/i.test(host)
  const required = options.tls === 'starttls' || (options.tls === 'auto' && options.user !== undefined && !local)
  return {
    host,
    port,
    secure,
    ...(!secure && { requireTLS: required, ignoreTLS: options.tls === 'none' }),
    ...(options.user !== undefined && { auth: { user: options.user, pass: options.password ?? '' } }),
    tls: {
      ...(options.ca !== undefined && { ca: readCertificates(options.ca) }),
      ...(options.servername !== undefined && { servername: options.servername }),
    },
    dnsTimeout: 5000,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
  }
}

/** The id is the same for every attempt, so that a mail program shows a second copy as the first. */
function messageOf({ title, message, time, priority, origin }: Outgoing, options: MailOptions, context: Context) {
  const list = (addresses: string[] | undefined) => addresses?.join(', ')
  return {
    from: options.senderaddress,
    to: list(options.to),
    cc: list(options.cc),
    bcc: list(options.bcc),
    subject: `${options.subject_prefix ?? ''}${title}`,
    text: message,
    ...(options.html && { html: `<p>${escapeHtml(message).replaceAll('\n', '<br>\n')}</p>` }),
    messageId: `<${context.id}@${origin.host.replace(/[^A-Za-z0-9.-]/g, '') || 'localhost'}>`,
    date: new Date(time),
    priority: urgency[priority],
    headers: { 'Auto-Submitted': 'auto-generated' },
  }
}

const urgency: Record<Priority, 'high' | 'normal' | 'low'> = {
  min: 'low',
  low: 'low',
  default: 'normal',
  high: 'high',
  urgent: 'high',
}

/** A mail system on this machine queues by itself. */
async function sendBySendmail(composer: Transporter, message: object, context: Context) {
  const { message: raw, envelope, messageId } = await composer.sendMail(message)
  const from = typeof envelope.from === 'string' ? ['-f', envelope.from] : []
  const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/lib`
  const { status, stderr } = await context.run('sendmail', ['-i', ...from, '--', ...envelope.to], {
    stdin: raw.toString(),
    env: { PATH: path },
  })
  if (status !== 0) throw new ConfigError(`sendmail ended with ${status}: ${stderr.trim().slice(0, 200)}`)
  return { messageId }
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character)
}
