import type { Flag } from './command.ts'

/** Every way to say one of the choices. */
export function spellingsOf({ choices = [], spellings = {} }: Flag): string[] {
  return [...choices, ...Object.keys(spellings)]
}

/** The value of a key that a record has itself. */
export function ownValue(of: Readonly<Record<string, string>> = {}, key: string): string | undefined {
  return Object.hasOwn(of, key) ? of[key] : undefined
}
