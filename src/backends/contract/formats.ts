/** What a text has to look like, and how that is said. */
export interface Format {
  pattern: RegExp
  expected: string
}

/** A token, a key or an id: a header can hold nothing else, and no service has blanks in one. */
export const word: Format = { pattern: /^[!-~]+$/, expected: 'expected letters, digits and signs without blanks' }

/** A host name or an IP address, without protocol, port and path. */
export const host: Format = {
  pattern: /^(?:\[[0-9a-f:.%]+\]|[0-9a-f]*:[0-9a-f:.]*:[0-9a-f:.%]*|[^\s/:@[\]?#]+)$/i,
  expected: 'expected a host name or an address, without protocol and port',
}

/** A mail address, with or without a name before it; of a local user the name alone; or nobody (an empty group). */
export const mailbox: Format = {
  pattern: /^(?:.*<[^<>\s]+>|[^<>,;:"\s]+|[\w-]+:;)$/s,
  expected: 'expected a mail address (ops@example.org)',
}

/** An address of somebody at a domain: of an account, or a JID. */
export const account: Format = { pattern: /^[^@\s]+@[^@\s]+$/, expected: 'expected an address (name@example.org)' }

/** A telephone number as services take it. */
export const phone: Format = { pattern: /^\+?\d{3,}$/, expected: 'expected a number (+15558675310)' }

/** A word that stands in an address or a header by itself. */
export const digits: Format = { pattern: /^\d+$/, expected: 'expected digits' }

/** An address that is shown or opened, whatever its protocol. */
export const link: Format = { pattern: /^[a-z][a-z0-9+.-]*:\S+$/i, expected: 'expected an address (https://...)' }

/** A status of HTTP. */
export const status: Format = { pattern: /^[1-5]\d\d$/, expected: 'expected a status (200)' }

/** The name of a header (RFC 9110 §5.1). */
export const headerName: Format = { pattern: /^[!#$%&'*+.^`|~\w-]+$/, expected: 'expected the name of a header' }

/** What a header can hold (RFC 9110 §5.5), as Node takes it. */
export const headerValue: Format = {
  pattern: /^[\t\x20-\x7e\x80-\xff]*$/,
  expected: 'expected one line, in Latin-1: a header can hold nothing else',
}
