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

/**
 * Node hands strings on as UTF-8, so words and variables that are not UTF-8 would be damaged. They travel as octal
 * escapes in a variable of a shell, which makes bytes of them again. Absent if nothing needs that.
 *
 * @param argv the command as it is run, whose last words are the last words of our own command line
 */
export function rawCommand(argv: string[], state: LaunchState): RawCommand | undefined {
  const words = argv.some((word) => word.includes('\uFFFD')) ? rawWords(argv) : []
  const variables = rawVariables(state.environmentBytes)
  if (words.length === 0 && variables.size === 0) return undefined
  const shell = locate('bash', process.env['PATH'])
  const environment = { ...state.environment }
  for (const name of variables.keys()) delete environment[name]
  environment['NTFY_EXEC'] = script(argv, words, variables, state.environment)
  // In POSIX mode bash does not read BASH_ENV; other than dash it keeps variables that are no identifiers.
  const interpreter = 'path' in shell ? [shell.path, '--posix'] : ['/bin/sh']
  return { argv: [...interpreter, '-c', 'eval "$NTFY_EXEC"', 'sh', ...argv], environment }
}

/** The bytes of the words that are not UTF-8, by their place in argv. */
function rawWords(argv: string[]): [number, Buffer][] {
  const given = split(read('/proc/self/cmdline'))
  return argv.flatMap((word, index): [number, Buffer][] => {
    const bytes = given.at(index - argv.length)
    return bytes && word.includes('\uFFFD') && !isUtf8(bytes) ? [[index, bytes]] : []
  })
}

function rawVariables(environment: Buffer | undefined): Map<string, Buffer> {
  const found = new Map<string, Buffer>()
  for (const entry of environment ? split(environment) : []) {
    const name = entry.toString('latin1', 0, entry.indexOf('='))
    if (!isUtf8(entry) && /^[A-Za-z_]\w*$/.test(name)) found.set(name, entry.subarray(name.length + 1))
  }
  return found
}

/** `set` and `export` what is damaged, then become the command, with the variables that shells change as they were. */
function script(
  argv: string[],
  words: [number, Buffer][],
  variables: Map<string, Buffer>,
  environment: NodeJS.ProcessEnv,
): string {
  const raw = new Map(words)
  const arguments_ = argv.map((_, index) => (raw.has(index) ? `"\${w${index}%.}"` : `"\${${index + 1}}"`))
  const separator = argv[0]?.includes('=') ? ['nice -n 0 --'] : []
  return [
    'unset NTFY_EXEC',
    ...words.map(([index, bytes]) => `w${index}=${printed(bytes)}`),
    ...[...variables].map(([name, bytes]) => `${name}=${printed(bytes)}; export ${name}="\${${name}%.}"`),
    ['exec env', ...shellVariables(environment), ...separator, ...arguments_].join(' '),
  ].join('\n')
}

/** The full stop keeps a newline at the end. */
function printed(bytes: Buffer): string {
  const octal = [...bytes].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')
  return `"$(printf '${octal}.')"`
}

/** The words for env that take back what the shell has made of its own variables. */
function shellVariables(environment: NodeJS.ProcessEnv): string[] {
  const names = ['PWD', 'OLDPWD', 'SHLVL', '_']
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
