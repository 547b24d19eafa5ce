import type { Socket } from 'node:net'
import { readCertificates } from '../../http/certificates.ts'
import { openSocket } from '../../http/connect.ts'
import { verified } from '../../http/tls.ts'
import { ConfigError, TransientError } from '../../platform/errors.ts'
import { excerpt } from '../../platform/masking.ts'
import { type Context, defineBackend } from '../contract/backend.ts'
import { host, mailbox } from '../contract/formats.ts'
import { boolean, choice, list, map, number, type OptionValues, path, text } from '../contract/options.ts'
import { mailOptions } from './addresses.ts'
import { mailFailure, partialFailure } from './failure.ts'
import { addressOf, messageOf } from './message.ts'
import { accessToken, grantProblem, isLocal, openNames } from './oauth.ts'

const options = {
  host: text({
    format: host,
    description: 'the mail server; without it the program `sendmail` takes the message',
    aliases: ['server'],
  }),
  port: number({
    description: 'its port: 465 for tls implicit, else 587 with a user and 25 without',
    min: 1,
    max: 65535,
  }),
  senderaddress: text({
    format: mailbox,
    description: 'the address it comes from',
    required: true,
    example: 'ntfy@example.org',
    aliases: ['email_sender', 'from', 'sender', 'sender_address'],
  }),
  to: list({
    format: mailbox,
    description: 'the addresses it goes to',
    required: true,
    example: ['ops@example.org'],
    aliases: ['default_recipient_email', 'recipients', 'recipient'],
  }),
  cc: list({ format: mailbox, description: 'further addresses that all can see' }),
  bcc: list({ format: mailbox, description: 'further addresses that nobody sees' }),
  user: text({
    description: 'the user name at the server; with oauth, the address of the mailbox, if it is not senderaddress',
    aliases: ['username'],
  }),
  password: text({ description: 'the password at the server', secret: true, aliases: ['pass'] }),
  oauth: map({
    description:
      'instead of a password (XOAUTH2): client_id, client_secret (unless the client is public), refresh_token, and access_url, where tokens are had',
    secret: true,
    open: openNames,
  }),
  tls: choice(['auto', 'starttls', 'implicit', 'none'], {
    description:
      'auto: implicit on port 465, else STARTTLS, which is required with a password unless the server is this machine',
    default: 'auto',
  }),
  ca: path({ certificates: true, description: 'a PEM file of authorities to trust instead of the usual ones' }),
  servername: text({
    format: host,
    description: 'the name that the certificate must have, if it is not that of the host',
  }),
  html: boolean({ description: 'add a part in HTML', default: false }),
  subject_prefix: text({ description: 'goes in front of the subject', example: '[ntfy] ' }),
}

type MailOptions = OptionValues<typeof options>

export default defineBackend({
  name: 'mail',
  title: 'E-mail',
  homepage: 'https://www.rfc-editor.org/rfc/rfc5321',
  setup: [
    'Ask the administrator of the mail server for host, port, user and password. Gmail needs an app password (https://myaccount.google.com/apppasswords).',
    'Microsoft 365 no longer accepts passwords, and Gmail can do without: register a client there, let it send mail for you (scope https://outlook.office.com/SMTP.Send and offline_access, or https://mail.google.com/), and put what that gives into `oauth`. Its access_url is https://login.microsoftonline.com/common/oauth2/v2.0/token or https://oauth2.googleapis.com/token.',
    'Without `host` the mail system of this machine takes the message (sendmail, msmtp).',
  ],
  aliases: ['email', 'smtp'],
  addresses: {
    schemes: ['mailto', 'mailtos'],
    form: 'mailtos://USER:PASSWORD@DOMAIN[?to=ADDRESS]',
    read: mailOptions,
  },
  options,
  missing: ({ oauth, password, host }) => {
    if (oauth === undefined) return undefined
    if (password !== undefined) return 'password and oauth: only one of them can log in'
    return host === undefined ? 'host is missing: the server that oauth logs in at' : grantProblem(oauth)
  },
  // What most servers take, base64 included.
  takesFiles: () => ({ max: 18 * 1024 * 1024, together: true }),
  limits: { title: { max: 900, unit: 'bytes' }, message: { max: 500_000, unit: 'bytes' } },
  async send(notification, options, context) {
    const message = messageOf(notification, options, context)
    if (options.host === undefined) return sendBySendmail(message, context)
    return speak(options, context, async (transport, place) => {
      const { messageId, accepted, rejected, rejectedErrors, response } = await transport.sendMail(message)
      if (rejected.length > 0) throw partialFailure(place, rejectedErrors ?? [], accepted.map(String), options)
      return { messageId, accepted, response }
    })
  },
  async probe(options, context) {
    if (options.host === undefined) return 'the program sendmail takes the messages'
    return speak(options, context, async (transport, place) => {
      await transport.verify()
      if (options.oauth !== undefined) return `${place} takes the access token`
      return `${place} ${options.user === undefined ? 'answers' : 'takes the password'}`
    })
  },
})

type MailTransport = ReturnType<typeof import('nodemailer').createTransport>

/** Does something with the server; whatever fails is said as what it means for the delivery. */
async function speak<T>(
  options: MailOptions,
  context: Context,
  work: (transport: MailTransport, place: string) => Promise<T>,
): Promise<T> {
  const { createTransport } = await import('nodemailer')
  const server = serverOf(options, context)
  const place = `${server.host}:${server.port}`
  const transport = createTransport(server)
  try {
    return await work(transport, place)
  } catch (error) {
    throw mailFailure(error, place, options)
  } finally {
    transport.close()
  }
}

/** Longer than any attempt, in milliseconds. */
const noLimit = 24 * 60 * 60_000

/** nodemailer waits for minutes by default, and would send a password in clear where no STARTTLS is offered. */
function serverOf({ tls, ca, servername, ...options }: MailOptions, context: Context) {
  const auth = loginOf(options, context)
  const user = auth?.user
  const host = (options.host ?? '').replace(/^\[|\]$/g, '')
  const port = options.port ?? (tls === 'implicit' ? 465 : user === undefined ? 25 : 587)
  const secure = tls === 'implicit' || (tls === 'auto' && port === 465)
  const required = tls === 'starttls' || (tls === 'auto' && user !== undefined && !isLocal(host))
  // Where clear text would do as well, a certificate that cannot be verified is no reason to send nothing.
  const optional = !secure && !required && user === undefined && ca === undefined && servername === undefined
  return {
    host,
    port,
    secure,
    ...(!secure && { requireTLS: required, ignoreTLS: tls === 'none' }),
    // A configured password has to be requested: a server that does not is the wrong one.
    ...(auth && { auth, forceAuth: true }),
    tls: {
      ...(ca !== undefined && { ca: readCertificates(ca) }),
      ...(servername !== undefined && { servername }),
      ...(optional ? { rejectUnauthorized: false } : verified),
    },
    // Its own look-up ends in dns.lookup, whose thread outlives the deadline.
    getSocket: (_: unknown, done: (error: Error | null, result?: { connection: Socket }) => void) =>
      void openSocket(host, port, context.signal).then((connection) => done(null, { connection }), done),
    // The attempt's own deadline ends it: these timers would run on while the process is stopped, and beat the answer.
    greetingTimeout: noLimit,
    socketTimeout: noLimit,
  }
}

type Provision = (error: Error | null, token?: string) => void

/** nodemailer's own request for a token knows neither the attempt's deadline nor the environment's proxy. */
function loginOf(
  { user, password, oauth, senderaddress }: Omit<MailOptions, 'tls' | 'ca' | 'servername'>,
  context: Context,
) {
  if (oauth === undefined) return user === undefined ? undefined : { user, pass: password ?? '' }
  return {
    type: 'OAuth2' as const,
    user: user ?? addressOf(senderaddress).address,
    provisionCallback: (_user: string, _renew: boolean, done: Provision) =>
      void accessToken(oauth, context).then((token) => done(null, token), done),
  }
}

/** Exit codes of sysexits.h by which a mail system says that it may work later: EX_UNAVAILABLE, EX_OSERR, EX_TEMPFAIL. */
const temporary = [69, 71, 75]

/** A mail system on this machine queues by itself. */
async function sendBySendmail(message: ReturnType<typeof messageOf>, context: Context) {
  const { createTransport } = await import('nodemailer')
  const composer = createTransport({ streamTransport: true, buffer: true, newline: 'unix' })
  // Not every sendmail takes the header Bcc away, so it must not be there.
  const { bcc = [], ...visible } = message
  const to = [visible.to, visible.cc ?? [], bcc].flat().flatMap((one) => (typeof one === 'string' ? [] : one.address))
  const { message: raw, messageId } = await composer.sendMail(visible)
  const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/lib`
  const { status, stderr } = await context.run('sendmail', ['-i', '-f', message.from.address, '--', ...to], {
    stdin: raw.toString(),
    env: { PATH: path },
  })
  if (status === 0) return { messageId }
  const reason = `sendmail ${status === undefined ? 'was ended by a signal' : `ended with ${status}`}: ${excerpt(stderr)}`
  throw status === undefined || temporary.includes(status) ? new TransientError(reason) : new ConfigError(reason)
}
