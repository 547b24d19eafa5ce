import { ConfigError, messageOf, NtfyError, PermanentError, TransientError } from './errors.ts'

/** What nodemailer throws. */
interface MailError extends Error {
  code?: string
  /** The server's reply code (RFC 5321 §4.2). */
  responseCode?: number
  syscall?: string
  recipient?: string
}

/** What a failed mail means for the delivery. nodemailer's own code hides causes: the server's reply is looked at first. */
export function mailFailure(error: unknown, host: string): Error {
  if (error instanceof NtfyError) return error
  const { code, responseCode, syscall } = error as MailError
  const text = `${host}: ${messageOf(error)}`
  if (responseCode !== undefined && responseCode >= 400 && responseCode < 500) return new TransientError(text)
  if (code === 'EAUTH' || code === 'ETLS' || code === 'EOAUTH2') return new ConfigError(text)
  if (responseCode !== undefined) return new PermanentError(text)
  // Certificates and a wrong port fail without a system call.
  if (code === 'ESOCKET' && syscall === undefined) {
    const hint = /wrong version number/i.test(text) ? ' (no TLS on this port: try tls: starttls)' : ''
    return new ConfigError(text + hint)
  }
  return new TransientError(text)
}

/** Some took it and some did not: only those who may take it later get it again. */
export function partialFailure(errors: Error[], accepted: string[]): Error {
  const refused = errors as MailError[]
  const later = refused.filter(({ responseCode = 500 }) => responseCode < 500)
  const text = `${refused.map(messageOf).join('; ')} (accepted for ${accepted.join(', ') || 'nobody'})`
  const addresses = later.flatMap(({ recipient }) => recipient ?? [])
  if (addresses.length === 0) return new PermanentError(text)
  return new TransientError(text, undefined, { to: addresses, cc: null, bcc: null })
}
