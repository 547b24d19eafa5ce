import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import type { LaunchState } from './launcher.ts'
import { locate } from './locate.ts'
import { shellQuote } from './quote.ts'

/** A command for spawn whose real words and variables a shell puts together. */
export interface RawCommand {
  argv: string[]
  environment: NodeJS.ProcessEnv
}

/** What is not UTF-8 of a command. */
interface Raw {
  argv: string[]
  /** The bytes of words, by their place in argv. */
  words: Map<number, Buffer>
  variables: Map<string, Buffer>
  /** Where Node's strings come from: our own command line and environment. */
  given: Buffer[]
  inherited: Buffer[]
}

/**
 * Node hands strings on as UTF-8, so words and variables that are not UTF-8 would be damaged. A shell takes their bytes
 * from /proc, where ours are, and becomes the command. Absent if nothing needs that.
 *
 * @param argv the command as it is run, whose last words are the last words of our own command line
 */
export function rawCommand(argv: string[], state: LaunchState): RawCommand | undefined {
  const given = argv.some((word) => word.includes('\uFFFD')) ? split(read('/proc/self/cmdline')) : []
  const words = rawWords(argv, given)
  const variables = rawVariables(state.environmentBytes)
  if (words.size === 0 && variables.size === 0) return undefined
  const raw = { argv, words, variables, given, inherited: split(read('/proc/self/environ')) }
  const environment = { ...state.environment }
  for (const name of variables.keys()) delete environment[name]
  const bash = locate('bash', process.env['PATH'])
  return 'path' in bash ? byBash(bash.path, raw, environment) : bySh(raw, environment)
}

function rawWords(argv: string[], given: Buffer[]): Map<number, Buffer> {
  const found = new Map<number, Buffer>()
  argv.forEach((word, index) => {
    if (!word.includes('\uFFFD')) return
    const bytes = given[placeOf(word, index - argv.length, given)]
    if (bytes && !isUtf8(bytes)) found.set(index, bytes.subarray(prefixOf(word, bytes).length))
  })
  return found
}

/** The script of --shell stands further ahead, perhaps behind its flag. */
function placeOf(word: string, fromEnd: number, given: Buffer[]): number {
  const place = given.length + fromEnd
  if (given[place]?.toString() === word) return place
  return given.findIndex((bytes) => [word, `--shell=${word}`].includes(bytes.toString()))
}

function prefixOf(word: string, bytes: Buffer): string {
  return bytes.toString() === word ? '' : '--shell='
}

function rawVariables(environment: Buffer | undefined): Map<string, Buffer> {
  const found = new Map<string, Buffer>()
  for (const entry of environment ? split(environment) : []) {
    const name = entry.toString('latin1', 0, entry.indexOf('='))
    if (isUtf8(entry) || !/^[A-Za-z_]\w*$/.test(name) || found.has(name)) continue
    found.set(name, entry.subarray(name.length + 1))
  }
  return found
}

/**
 * Other than dash it keeps variables that are no identifiers; in POSIX mode it does not read BASH_ENV. The words that end
 * both command lines are named together, so that a hundred thousand need no more room than without us.
 */
function byBash(bash: string, raw: Raw, environment: NodeJS.ProcessEnv): RawCommand {
  const { argv, words, variables, given, inherited } = raw
  const shared = lengthOfSharedEnd(argv, given)
  const leading = argv.slice(0, argv.length - shared)
  const parts = leading.map((word, index) => {
    const place = placeOf(word, index - argv.length, given)
    const bytes = given[place]
    if (!words.has(index) || bytes === undefined) return `"\${${index + 1}}"`
    return `"\${NTFY_WORDS[${place}]#${prefixOf(word, bytes)}}"`
  })
  if (shared > 0) parts.push(`"\${NTFY_WORDS[@]: -${shared}}"`)
  const exported = [...variables].map(([name, bytes]) => {
    const entry = Buffer.concat([Buffer.from(`${name}=`), bytes])
    const place = inherited.findIndex((one) => one.equals(entry))
    return place < 0
      ? `${name}=${printed(bytes)}; export ${name}="\${${name}%.}"`
      : `export "\${NTFY_VARIABLES[${place}]}"`
  })
  const script = [
    'unset NTFY_EXEC NTFY_WORDS NTFY_VARIABLES',
    "mapfile -t -d '' NTFY_WORDS </proc/$PPID/cmdline",
    "mapfile -t -d '' NTFY_VARIABLES </proc/$PPID/environ",
    ...exported,
    becoming(argv, parts, environment, variables),
  ].join('\n')
  return {
    argv: [bash, '--posix', '-c', 'eval "$NTFY_EXEC"', 'sh', ...leading],
    environment: { ...environment, NTFY_EXEC: script },
  }
}

function lengthOfSharedEnd(argv: string[], given: Buffer[]): number {
  let length = 0
  while (length < argv.length && given.at(-1 - length)?.toString() === argv.at(-1 - length)) length++
  return length
}

/** Without arrays the bytes travel as octal escapes, in variables, of which each may have 128 kB. */
function bySh({ argv, words, variables }: Raw, environment: NodeJS.ProcessEnv): RawCommand {
  const parts = argv.map((_, index) => (words.has(index) ? `"\${w${index}%.}"` : `"\${${index + 1}}"`))
  const script = [
    ...[...words].map(([index, bytes]) => `w${index}=${printed(bytes)}`),
    ...[...variables].map(([name, bytes]) => `${name}=${printed(bytes)}; export ${name}="\${${name}%.}"`),
    becoming(argv, parts, environment, variables),
  ].join('\n')
  const pieces = Object.fromEntries(
    (script.match(/[\s\S]{1,100000}/g) ?? []).map((piece, index) => [`NTFY_EXEC${index}`, piece]),
  )
  const names = Object.keys(pieces)
  const evaluation = `eval "unset ${names.join(' ')}\n${names.map((name) => `$${name}`).join('')}"`
  return { argv: ['/bin/sh', '-c', evaluation, 'sh', ...argv], environment: { ...environment, ...pieces } }
}

/** The full stop keeps a newline at the end. */
function printed(bytes: Buffer): string {
  const octal = [...bytes].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')
  return `"$(printf '${octal}.')"`
}

/** Becomes the command, with the variables that shells change as they were. */
function becoming(
  argv: string[],
  parts: string[],
  environment: NodeJS.ProcessEnv,
  variables: Map<string, Buffer>,
): string {
  const separator = argv[0]?.includes('=') ? ['nice -n 0 --'] : []
  return ['exec env', ...shellVariables(environment, variables), ...separator, ...parts].join(' ')
}

/** The words for env that take back what the shell has made of its own variables. */
function shellVariables(environment: NodeJS.ProcessEnv, variables: Map<string, Buffer>): string[] {
  const names = ['PWD', 'OLDPWD', 'SHLVL', '_'].filter((name) => !variables.has(name))
  const absent = names.filter((name) => environment[name] === undefined)
  const present = names.filter((name) => environment[name] !== undefined)
  return [
    ...absent.map((name) => `-u ${name}`),
    '--',
    ...present.map((name) => shellQuote([name, `${name}=${environment[name]}`]).slice(name.length + 1)),
  ]
}

function split(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = []
  let start = 0
  for (let end = bytes.indexOf(0); end >= 0; end = bytes.indexOf(0, start)) {
    parts.push(bytes.subarray(start, end))
    start = end + 1
  }
  return parts
}

function read(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch {
    return Buffer.alloc(0)
  }
}
