import type { Special } from './special-words.ts'

/** How a program takes its secrets, beyond the flags that say so by their name. */
export interface Program {
  /** Flags with the value in the same word: `-px`. */
  glued?: string[]
  /** Flags with the value as the next word: `-p x`. */
  next?: string[]
  /** Flags whose value is `user:password`, and what stands between the two. */
  user?: string[]
  between?: RegExp
  /** One of these words has to stand before its flags: `docker login -p x`. */
  after?: RegExp
  /** Flags that are followed by no secret here, whatever they are called. */
  none?: RegExp
  /** The same for flags with `=` and a value, too. */
  never?: RegExp
  /** Places of secrets among its words, see places.ts. */
  places?: string[]
  /** Flags that are followed by a value, which has no place of its own. */
  valued?: RegExp
  /** What else holds for it, each with its own `after`. */
  also?: Program[]
  /** What cannot be said by flags and places. */
  special?: Special
}

/** The same for several programs; their names stand in one text. */
export function named(names: string, program: Program): Record<string, Program> {
  return Object.fromEntries(names.split(' ').map((name) => [name, program]))
}
