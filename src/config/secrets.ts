import { isUtf8 } from 'node:buffer'
import { statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import { splitWords } from '../command-line/simple-commands.ts'
import { ConfigError, codeOf, SecretError } from '../platform/errors.ts'
import { hideSecret } from '../platform/masking.ts'
import { say } from '../platform/output.ts'
import { home } from '../platform/paths.ts'
import { readRegularFile } from '../platform/regular-file.ts'

/** How a value can be kept out of the file. */
export type Reference = { env: string } | { file: string } | { command: string[] }

/** Most that a secret's program may take, in milliseconds, and print, in bytes. */
const commandLimit = { time: 10_000, output: 64 * 1024 }

/** Files that were warned about in this run. */
const warned = new Set<string>()

/** A program that gave nothing is remembered for so long, in milliseconds. */
const forgetFailure = 4 * 60_000

const commandResults = new Map<string, Promise<string>>()

/** The words that a reference begins with. */
export const referenceWords = ['env', 'file', 'command'] as const

/** The reference that a value of the configuration is, or nothing if it is a plain value. */
export function referenceOf(value: unknown): Reference | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const entries = Object.entries(value)
  const [word = '', content] = entries[0] ?? []
  const name = word.toLowerCase()
  if (entries.length !== 1 || content === '') return undefined
  if ((name === 'env' || name === 'file') && typeof content === 'string') return { [name]: content } as Reference
  if (name !== 'command') return undefined
  const words = typeof content === 'string' ? splitWords(content) : content
  return Array.isArray(words) && words.length > 0 ? { command: words.map(String) } : undefined
}

/** Where a secret comes from, without the secret. */
export function describeReference(reference: Reference): string {
  if ('env' in reference) return `the variable ${reference.env}`
  if ('file' in reference) return `the file ${reference.file}`
  return `the command ${reference.command[0]}`
}

/**
 * Fetches a secret and hides it from all that is said from then on.
 *
 * @param whole all lines belong to it: a key, a list. Of another the first line counts: `pass show` prints notes below
 * @param configPath the file that holds the reference; nothing for a pipe, which has no folder to be relative to
 * @throws ConfigError it cannot be had
 */
export async function fetchSecret(
  reference: Reference,
  configPath: string | undefined,
  { whole }: { whole: boolean },
): Promise<string> {
  // A byte order mark is a blank to trim().
  const text = (await fetchValue(reference, configPath)).trim()
  if (text === '') throw new ConfigError(`${describeReference(reference)} is empty`)
  const [first = ''] = text.split(/[\r\n]+/)
  const value = whole ? text : first.trimEnd()
  hideSecret(text)
  hideSecret(value)
  return value
}

async function fetchValue(reference: Reference, configPath: string | undefined): Promise<string> {
  if ('env' in reference) {
    const value = process.env[reference.env]
    if (value === undefined) throw new ConfigError(`the variable ${reference.env} is not set`)
    return value
  }
  if ('file' in reference) return readSecretFile(pathFrom(reference.file, configPath))
  const key = JSON.stringify(reference.command)
  const running = commandResults.get(key) ?? runSecretCommand(reference.command, configPath)
  commandResults.set(key, running)
  // A flusher lives for an hour: an unavailable secret is requested again when its target's turn comes.
  running.catch(() => setTimeout(() => commandResults.delete(key), forgetFailure).unref())
  return running
}

/** A path of the configuration: absolute, from the home folder, or relative to the file. */
export function pathFrom(path: string, configPath: string | undefined): string {
  if (path === '~' || path.startsWith('~/')) return join(home() ?? homedir(), path.slice(1))
  if (isAbsolute(path)) return path
  if (configPath === undefined) throw new ConfigError(`${path}: a configuration from a pipe needs absolute paths`)
  return join(dirname(configPath), path)
}

function readSecretFile(path: string): string {
  try {
    const stats = statSync(path)
    if (!stats.isFile()) throw new ConfigError(`${path}: expected a file`)
    if ((stats.mode & 0o077) !== 0 && process.platform !== 'win32' && !warned.has(path)) {
      warned.add(path)
      say.warning(`${path}: others can read this secret; chmod 600 ${path}`)
    }
    if (stats.size > commandLimit.output) throw new ConfigError(`${path}: larger than 64 kB: expected a secret`)
    return utf8(readRegularFile(path, commandLimit.output), path)
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError(`${path}: ${codeOf(error) === 'ENOENT' ? 'no such file' : (codeOf(error) ?? 'unreadable')}`)
  }
}

/** PowerShell's `>` writes UTF-16, of which nothing would be the secret. */
function utf8(bytes: Buffer, place: string): string {
  if (!isUtf8(bytes)) throw new ConfigError(`${place}: is not UTF-8`)
  return bytes.toString('utf8').replace(/^\ufeff/, '')
}

/** Without a shell, a terminal or our stdin: nothing may ask for a password where nobody looks. */
async function runSecretCommand(command: string[], configPath: string | undefined): Promise<string> {
  const { spawn } = process.getBuiltinModule('node:child_process')
  const [program = '', ...args] = command
  const { GPG_TTY: _, ...environment } = process.env
  const child = spawn(program, args, {
    cwd: configPath === undefined ? '/' : dirname(configPath),
    env: environment,
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  })
  const end = () => {
    if (child.pid === undefined) return
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {}
  }
  const printed = await new Promise<Buffer>((resolve, reject) => {
    const fail = (what: string) => {
      clearTimeout(timer)
      end()
      reject(new SecretError(`the command ${program} ${what}`))
    }
    const timer = setTimeout(() => fail('did not end within 10 s'), commandLimit.time)
    const output: Buffer[] = []
    let size = 0
    child.stdout.on('data', (chunk: Buffer) => {
      output.push(chunk)
      size += chunk.length
      if (size > commandLimit.output) fail('printed more than 64 kB')
    })
    child.on('error', (error) => fail(codeOf(error) === 'ENOENT' ? 'was not found' : `failed: ${codeOf(error)}`))
    child.on('close', (status, signal) => {
      clearTimeout(timer)
      if (status === 0) resolve(Buffer.concat(output))
      else fail(signal ? `was ended by ${signal}` : `failed with status ${status}`)
    })
  })
  return utf8(printed, `the command ${program}`)
}
