/** A name and where its value begins. */
export interface Pair {
  name: string
  separator: string
  /** The quote that the name stands in, with the backslashes before it (`\"`); empty without one. */
  quote: string
  /** Is the name the first thing of its line? */
  first: boolean
  /** What stands before the name, as far as it matters. */
  lead: string
  /** Blanks between the separator and the value. */
  gap: number
  /** Are there blanks before the separator? */
  spaced: boolean
  /** Does the name stand in a list of pairs? */
  flow: boolean
  /** Is it an option of a program? */
  option: boolean
  /** Where the value begins. */
  value: number
  /** The value has to look like a secret. */
  doubtful: boolean
  /** The value may be `user:password`. */
  login: boolean
}
