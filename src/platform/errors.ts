import { constants } from 'node:os'

/** What ntfy exits with: sysexits.h, and what shells use for a command that could not be started. */
export const exitCode = {
  ok: 0,
  usage: 64,
  refused: 69,
  bug: 70,
  io: 74,
  unavailable: 75,
  config: 78,
} as const

/** A failure with a sentence for the person who sees it: where, what, what was expected. */
export class NtfyError extends Error {
  /** What the process exits with when this is what ends it. */
  readonly exitCode: number

  constructor(message: string, exitCode: number) {
    super(message)
    this.exitCode = exitCode
  }
}

/** The command line is wrong: nothing was done. */
export class UsageError extends NtfyError {
  constructor(message: string) {
    super(message, exitCode.usage)
  }
}

/** The configuration, a secret, a token or an address is wrong: the delivery is parked until that changes. */
export class ConfigError extends NtfyError {
  constructor(message: string) {
    super(message, exitCode.config)
  }
}

/** A program did not print the requested secret. */
export class SecretError extends ConfigError {}

/** Later may help: the delivery is tried again. */
export class TransientError extends NtfyError {
  /** Seconds to wait, as the service requested (Retry-After). */
  readonly retryAfter: number | undefined
  /** Is it worth keeping? What could only be shown here and now is not. */
  readonly keep: boolean = true

  /** Options for the next attempt, where only a part has to be sent again. */
  readonly remaining: Record<string, unknown> | undefined

  constructor(message: string, retryAfter?: number, remaining?: Record<string, unknown>) {
    super(message, exitCode.unavailable)
    this.retryAfter = retryAfter
    this.remaining = remaining
  }
}

/** This message can never go: the delivery has failed. */
export class PermanentError extends NtfyError {
  constructor(message: string) {
    super(message, exitCode.refused)
  }
}

/** The exit code of several results: the first of 70, 78, 69, 75 that is among them, else 0. */
export function worstExitCode(codes: number[]): number {
  const order = [exitCode.bug, exitCode.config, exitCode.refused, exitCode.unavailable]
  return order.find((code) => codes.includes(code)) ?? exitCode.ok
}

/** What an unknown thing that was thrown says. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = codeOf(error)
  const words = meanings[code ?? '']
  return error.message.replace(nameless, () => (words === undefined ? (code ?? '') : `${code}: ${words}`))
}

/** The code of an error of the operating system (`ENOENT`), or nothing. */
export function codeOf(error: unknown): string | undefined {
  const { code, errno } = error instanceof Error ? (error as NodeJS.ErrnoException) : {}
  if (typeof code !== 'string' || !nameless.test(code)) return typeof code === 'string' ? code : undefined
  const names = Object.entries<number>({ ...(process.platform === 'linux' && further), ...constants.errno })
  return names.find(([, number]) => number === -(errno ?? 0))?.[0] ?? code
}

/** Error names that Node lacks, with the numbers of Linux (asm-generic/errno.h). */
const further: Record<string, number> = {
  ...{ EBADE: 52, ECOMM: 70, EBADFD: 77, EUCLEAN: 117, ENOMEDIUM: 123, EMEDIUMTYPE: 124 },
  ...{ ENOKEY: 126, EKEYEXPIRED: 127, EKEYREVOKED: 128, EKEYREJECTED: 129 },
}

/** errno(3) and strerror(3), for those that libuv has no words for. */
const meanings: Record<string, string> = {
  EDQUOT: 'disk quota exceeded',
  ESTALE: 'stale file handle',
  ENOLINK: 'link has been severed',
  EBADE: 'invalid exchange',
  ECOMM: 'communication error on send',
  EBADFD: 'file descriptor in bad state',
  EUCLEAN: 'structure needs cleaning',
  ENOMEDIUM: 'no medium found',
  EMEDIUMTYPE: 'wrong medium type',
  ENOKEY: 'required key not available',
  EKEYEXPIRED: 'key has expired',
  EKEYREVOKED: 'key has been revoked',
  EKEYREJECTED: 'key was rejected by service',
}

/** Of some errors of the system, that of a disk quota among them, libuv knows the number alone, and says it twice. */
const nameless = /^Unknown system error -\d+(: Unknown system error -\d+)?/
