import { isOurRefusal, networkWords } from '../../http/failure.ts'
import { ConfigError, codeOf, messageOf, NtfyError, PermanentError, TransientError } from '../../platform/errors.ts'

/** What nodemailer throws. */
interface MailError extends Error {
  code?: string
  /** The system's or OpenSSL's code, where nodemailer put its own in place of it. */
  originalCode?: string
  /** The server's reply code (RFC 5321 §4.2). */
  responseCode?: number
  /** The command that failed; `CONN` before any, `API` where nodemailer refused what we gave it. */
  command?: string
  recipient?: string
  /** One for each recipient, if none was accepted. */
  rejectedErrors?: Error[]
}

/** Who is to get a mail: the headers that name them. */
export interface Recipients {
  to: string[]
  cc: string[] | undefined
  bcc: string[] | undefined
}

/** An empty group (RFC 5322 §3.4), for a mail that must be to somebody and shows nobody. */
export const nobody = 'undisclosed-recipients:;'

/** What a failed mail means for the delivery. nodemailer's own code hides causes: the server's reply is looked at first. */
export function mailFailure(error: unknown, server: string, recipients: Recipients): Error {
  if (error instanceof NtfyError) return error
  const { responseCode, rejectedErrors } = error as MailError
  if (rejectedErrors !== undefined) return partialFailure(server, rejectedErrors, [], recipients)
  if (responseCode === undefined) return withoutReply(error as MailError, server)
  const text = `${server}: ${messageOf(error)}`
  if (responseCode < 500) return new TransientError(text)
  return concernsServer(error as MailError) ? new ConfigError(text) : new PermanentError(text)
}

/** Refused before the mail was looked at: as a client, for want of TLS or a login, or for a wrong password. */
function concernsServer({ code, command = '', responseCode }: MailError): boolean {
  if (code === 'EAUTH' || code === 'ETLS' || responseCode === 530 || responseCode === 538) return true
  return ['CONN', 'EHLO', 'HELO', 'STARTTLS'].includes(command)
}

function withoutReply(error: MailError, server: string): Error {
  const { code, originalCode = codeOf(error) ?? '', command } = error
  const text = `${server}: ${code === 'EABORT' ? 'no answer in time' : networkWords(error, originalCode)}`
  if (originalCode === 'EPROTO' || originalCode === 'ERR_SSL_WRONG_VERSION_NUMBER') {
    return new ConfigError(`${text} (tls: starttls begins without)`)
  }
  if (isOurRefusal(originalCode) || code === 'EAUTH' || command === 'API') return new ConfigError(text)
  if (code === 'EMESSAGE') return new PermanentError(text)
  return new TransientError(text)
}

/** Some took it and some did not: only those who may take it later get it again. */
export function partialFailure(server: string, errors: Error[], accepted: string[], recipients: Recipients): Error {
  const refused = errors as MailError[]
  const later = refused.filter(({ responseCode = 500 }) => responseCode < 500)
  const text = `${server}: ${refused.map(ofRecipient).join('; ')} (accepted for ${accepted.join(', ') || 'nobody'})`
  if (later.length === 0) return new PermanentError(text)
  const addresses = later.flatMap(({ recipient }) => recipient ?? [])
  return new TransientError(text, undefined, remaining(addresses, recipients))
}

/** The server need not name the address in its reply. */
function ofRecipient(error: MailError): string {
  const { recipient = '' } = error
  const text = messageOf(error)
  return text.includes(recipient) ? text : `${recipient}: ${text}`
}

/** Everybody stays in the header they were in: who was not to be seen is not seen the second time either. */
function remaining(addresses: string[], { to, cc, bcc }: Recipients): Record<string, unknown> {
  const wanted = new Set(addresses.map((address) => address.toLowerCase()))
  const left = (list: string[] | undefined) => {
    const found = (list ?? []).filter((entry) => wanted.has((/<([^<>]*)>\s*$/.exec(entry)?.[1] ?? entry).toLowerCase()))
    return found.length > 0 ? found : null
  }
  return { to: left(to) ?? [nobody], cc: left(cc), bcc: left(bcc) }
}
