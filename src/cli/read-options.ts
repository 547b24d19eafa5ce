import type { Flags } from './command.ts'

interface Read {
  values: Record<string, unknown>
  words: string[]
}

/**
 * Reads options as `splitArguments` leaves them, `--name`, `--name=value` and letters; parseArgs of node:util takes 1 ms
 * for it.
 *
 * @returns nothing where anything is odd
 */
export function readOptions(own: string[], flags: Flags): Read | undefined {
  const read: Read = { values: Object.create(null), words: [] }
  const end = own.indexOf('--')
  for (const word of end < 0 ? own : own.slice(0, end)) {
    const isRead = word.startsWith('--') ? readLong(word, flags, read) : readLetters(word, flags, read)
    if (!isRead) return undefined
  }
  if (end >= 0) read.words.push(...own.slice(end + 1))
  return read
}

function readLong(word: string, flags: Flags, { values }: Read): boolean {
  const equals = word.indexOf('=')
  const name = word.slice(2, equals < 0 ? undefined : equals)
  const flag = Object.hasOwn(flags, name) ? flags[name] : undefined
  if (flag === undefined || (flag.kind === 'boolean') !== equals < 0) return false
  const value = equals < 0 ? true : word.slice(equals + 1)
  values[name] = flag.kind === 'list' ? [...((values[name] as unknown[]) ?? []), value] : value
  return true
}

function readLetters(word: string, flags: Flags, { values, words }: Read): boolean {
  if (!word.startsWith('-') || word === '-') {
    words.push(word)
    return true
  }
  for (const letter of word.slice(1)) {
    const [name, flag] = Object.entries(flags).find(([, { short }]) => short === letter) ?? []
    if (name === undefined || flag?.kind !== 'boolean') return false
    values[name] = true
  }
  return true
}
