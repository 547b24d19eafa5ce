import type { ProcessStat } from '../process/proc.ts'
import { parseStat } from '../process/proc.ts'

/** Most that a call keeps of stdin, in bytes; what is longer has one more, to be recognized by. */
export const longestInput = 1024 * 1024

/**
 * A call as its file says it. Fields end with NUL: the format's name, the working directory, the number of the calling
 * process, what /proc/PID/stat said of the launcher and of its ancestors, a line each (or nothing), `NAME=value` for each
 * variable, an empty field, how many words there are, and the words. All that is behind them is stdin.
 */
export interface CallDetails {
  /** The command line, without the program. */
  words: string[]
  /** What was read of stdin; empty if it was not read. */
  input: Buffer
  /** As the caller's PWD has it; empty if nobody knows. */
  cwd: string
  /** The process that called. */
  caller: number
  /** Of the launcher: its session, its group, its terminal. */
  stat?: ProcessStat
  /** Of a hook: the process that called, its parent, and so on, as far as they could be seen then. */
  ancestors: ProcessStat[]
  /** Those of variables.ts that were set. */
  variables: Record<string, string>
}

export interface Call extends CallDetails {
  id: string
  /** When it was called. */
  time: Date
}

const format = 'ntfy call 1'

/** Reads a file; nothing if it is damaged, or of another version. */
export function parseCall(bytes: Buffer, known: Pick<Call, 'id' | 'time'>): Call | undefined {
  let at = 0
  const next = (): string | undefined => {
    const end = bytes.indexOf(0, at)
    if (end < 0) return undefined
    const field = bytes.toString('utf8', at, end)
    at = end + 1
    return field
  }
  const [name, cwd, caller, stat] = [next(), next(), next(), next()]
  if (name !== format || cwd === undefined || caller === undefined || stat === undefined) return undefined
  const variables: Record<string, string> = Object.create(null)
  for (let field = next(); field !== ''; field = next()) {
    if (field === undefined) return undefined
    variables[field.slice(0, field.indexOf('='))] = field.slice(field.indexOf('=') + 1)
  }
  const words: string[] = []
  const count = next()
  if (count === undefined || !/^\d+$/.test(count)) return undefined
  for (let left = Number(count); left > 0; left--) {
    const word = next()
    if (word === undefined) return undefined
    words.push(word)
  }
  const [own, ...ancestors] = stat.split('\n').flatMap((line) => (line === '' ? [] : [parseStat(line)]))
  const details = { words, input: bytes.subarray(at), cwd, caller: Number(caller), variables, ancestors }
  return { ...known, ...details, ...(own && { stat: own }) }
}

/** What the launcher would have written. @param lines what /proc says of the process that calls and its ancestors */
export function serializeCall(
  { words, input, cwd, caller, variables }: Omit<CallDetails, 'ancestors'>,
  lines: string[] = [],
): Buffer {
  const set = Object.entries(variables).map(([name, value]) => `${name}=${value}`)
  const fields = [format, cwd, String(caller), lines.join('\n'), ...set, '', String(words.length), ...words]
  return Buffer.concat([Buffer.from(fields.map((field) => `${field}\0`).join('')), input])
}
