import type { Program } from './program.ts'
import { table } from './table.ts'

/** A program without its folder. */
export function nameOf(word: string): string {
  return word.slice(word.lastIndexOf('/') + 1)
}

/** What is known of a program; nothing of most. */
export function programOf(word: string | undefined): Program | undefined {
  const name = word === undefined ? '' : nameOf(word)
  return Object.hasOwn(table, name) ? table[name] : undefined
}
