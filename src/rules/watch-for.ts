/** What to notify of while a command runs. */
export interface WatchFor {
  /** Questions: of programs that take lines, also of those that take keys, or none; nothing: as the configuration says. */
  needsInput: 'auto' | 'any' | 'no' | undefined
  /** Milliseconds. */
  stalled: number | undefined
  /** Milliseconds; auto: twice as long as nine of ten of its runs took. */
  overdue: number | 'auto' | undefined
  /** Regular expressions for lines of the output. */
  match: string[]
  started: boolean
}
