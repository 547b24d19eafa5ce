import type { GlobalOptions } from '../../cli/command.ts'

/** What follows `ntfy matrix`: its words, and what was set. @returns the exit code */
export type Verb = (
  words: string[],
  asked: { global: GlobalOptions; printToken: boolean; recoveryKey: string | undefined; accept: string[] },
) => Promise<number>
