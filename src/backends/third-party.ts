import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { hasFailed } from '../notification/index.ts'
import { ConfigError, exitCode, messageOf, NtfyError, PermanentError, TransientError } from '../platform/errors.ts'
import type { Answer, Backend, Context, Outgoing } from './contract/backend.ts'

/** dschep/ntfy's interface of a backend. */
type Notify = (title: string, message: string, options: Record<string, unknown>) => unknown

/**
 * Loads a third-party backend: a module whose default export is a declaration, or a function as dschep/ntfy's.
 *
 * @throws ConfigError the module is missing, broken, or exports neither a declaration nor a function
 */
export async function loadThirdParty(file: string): Promise<Backend> {
  if (!existsSync(file)) throw new ConfigError(`${file}: no such file`)
  let module: Record<string, unknown>
  try {
    module = (await importFile(file)) as Record<string, unknown>
  } catch (error) {
    throw new ConfigError(`${file}: ${messageOf(error)}`)
  }
  const inner = module['default'] as Record<string, unknown> | undefined
  for (const candidate of [inner, inner?.['default'], inner?.['notify'], module['notify']]) {
    if (typeof candidate === 'function') return fromFunction(file, candidate as Notify)
    if (typeof (candidate as Partial<Backend> | undefined)?.send === 'function') return fromDeclaration(file, candidate)
  }
  throw new ConfigError(`${file}: expected a default export with send(), or a function notify(title, message, options)`)
}

/** Of the program's chunks, by src/start/chunks.ts. */
declare const require: { importModule?(address: string): Promise<unknown> } | undefined

function importFile(file: string): Promise<unknown> {
  const address = pathToFileURL(file).href
  return typeof require === 'undefined' || !require.importModule ? import(address) : require.importModule(address)
}

function fromDeclaration(file: string, declared: unknown): Backend {
  const defaults = { name: file, title: file, homepage: dirname(file), options: {}, limits: {} }
  const backend = declared as Partial<Backend> & Pick<Backend, 'send'>
  const send: Backend['send'] = (...given) => translated(async () => backend.send(...given))
  return { ...defaults, ...backend, send, name: file, freeOptions: backend.options === undefined }
}

/**
 * Somebody else's code cannot throw our errors. What it throws is tried again, unless it carries an `exitCode` of
 * sysexits.h that says otherwise: 69, this message can never go; 78, the configuration must change.
 */
async function translated<T>(send: () => Promise<T>): Promise<T> {
  try {
    return await send()
  } catch (error) {
    if (error instanceof NtfyError) throw error
    const code = (error as { exitCode?: unknown } | null | undefined)?.exitCode
    if (code === exitCode.refused) throw new PermanentError(messageOf(error))
    if (code === exitCode.config) throw new ConfigError(messageOf(error))
    throw new TransientError(messageOf(error))
  }
}

function fromFunction(file: string, notify: Notify): Backend {
  return {
    name: file,
    title: file,
    homepage: dirname(file),
    options: {},
    limits: {},
    freeOptions: true,
    async send(notification: Outgoing, options: Record<string, unknown>, _context: Context) {
      const retcode = notification.outcome?.status ?? (hasFailed(notification) ? 1 : 0)
      const given = { ...options, retcode }
      const answer = await translated(async () => notify(notification.title, notification.message, given))
      return typeof answer === 'object' && answer !== null ? (answer as Answer) : undefined
    },
  }
}
