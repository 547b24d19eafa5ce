import { ConfigError, codeOf, messageOf, NtfyError, TransientError } from '../platform/errors.ts'

/** What became of a connection, for somebody who does not know the system's codes. */
export function networkWords(error: unknown, code: string = codeOf(error) ?? ''): string {
  if (/^(ERR_SSL_WRONG_VERSION_NUMBER|EPROTO|ERR_SSL_PACKET_LENGTH_TOO_LONG)$/.test(code)) return words['EPROTO'] ?? ''
  return words[code] ?? messageOf(error)
}

/** Was the connection refused by us, for a certificate or an address that must change before it can work? */
export function isOurRefusal(code: string): boolean {
  return /^(ERR_TLS|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO|ERR_SSL|ERR_OSSL|EPROTO|HOSTNAME_MISMATCH|ERR_INVALID|ERR_UNESCAPED)/.test(
    code,
  )
}

/** What a failed connection for a protocol that is not HTTP means for the delivery. */
export function connectionFailure(error: unknown, server: string, signal: AbortSignal): Error {
  if (error instanceof NtfyError) return error
  const text = `${server}: ${signal.aborted ? 'no answer in time' : networkWords(error)}`
  return isOurRefusal(codeOf(error) ?? '') ? new ConfigError(text) : new TransientError(text)
}

const unknownAuthority = 'its certificate comes from an unknown authority; name that by `ca` if you trust it'

const words: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection broke off',
  EPIPE: 'the connection broke off',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the host name cannot be looked up now',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'no connection in time',
  EPROTO: 'no TLS there (is the port right?)',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself; name it by `ca` if you trust it',
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet (is the clock right?)',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  ERR_INVALID_CHAR: 'a header holds a character that none may hold',
}
