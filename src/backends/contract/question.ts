import type { Limit } from '../../platform/text.ts'

/** A question as one target shows it: plain text that fits the service. */
export interface Question {
  title: string
  text: string
  /** The answers to choose from; none where only a text is wanted. */
  words: readonly string[]
  /** Any other text is an answer, too. */
  freeText: boolean
}

/** What a service can do with a question. */
export interface Asking {
  /** The most answers that it can offer. */
  words: number
  /** Whether somebody can answer with a text. */
  text: boolean
  /** The longest question: what is longer is cut, and then nobody can say yes to it. */
  longest: Limit
}

/** An answer, and who gave it, as far as the service tells. */
export interface Reply {
  answer: string
  by?: string
}

/** A question that has been put. */
export interface Asked {
  /**
   * The first answer that counts. An answer is one of the words, or a text where those are wanted, by somebody who may
   * answer; all else is ignored.
   *
   * @throws ConfigError, TransientError, PermanentError no answer can come any more
   */
  reply: Promise<Reply>
  /** Afterwards nothing answers it any more; where the service can change a message, it says how it ended. */
  close(ending: string): Promise<void>
}

/** A code that nobody guesses: 128 bits, in letters that addresses and names of topics may have. */
export function newCode(): string {
  return process.getBuiltinModule('node:crypto').randomBytes(16).toString('base64url')
}

/** Texts that are accepted as an answer, in bytes. */
const longestText = 4096

/** The answer that a text is: one of the words in any case, or itself where texts are wanted; nothing otherwise. */
export function answerIn(text: string, { words, freeText }: Pick<Question, 'words' | 'freeText'>): string | undefined {
  const wanted = text.trim()
  const word = words.find((one) => one.toLowerCase() === wanted.toLowerCase())
  if (word !== undefined) return word
  const isText = freeText && wanted !== '' && Buffer.byteLength(wanted) <= longestText
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what a text may not have
  return isText && !/[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/.test(wanted) ? wanted : undefined
}
