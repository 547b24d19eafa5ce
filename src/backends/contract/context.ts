import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { httpClient } from '../../http/index.ts'
import { say } from '../../platform/output.ts'
import { runProgram } from '../../process/run-program.ts'
import type { Backend, Context } from './backend.ts'
import { openCache } from './cache.ts'

/** What a backend's context is made of. */
export interface ContextParts {
  /** The idempotency key. */
  id: string
  backend: Pick<Backend, 'name' | 'title' | 'server' | 'once'>
  target: string
  /** The configuration file, if there is one. */
  config: string | undefined
  options: Record<string, unknown>
  foreground: boolean
  isStale?: () => boolean
  /** Ends everything that the backend does. */
  signal: AbortSignal
}

/** All that a backend has access to. */
export function makeContext(parts: ContextParts): Context {
  const { id, backend, target, config, options, foreground, signal, isStale = () => false } = parts
  return {
    id,
    target,
    http: httpClient({
      signal,
      ca: options['ca'] as string | undefined,
      once: backend.once === true,
      service: backend.server ?? backend.title,
    }),
    run: (program, args, runOptions) => runProgram(program, args, { cwd: folderOf(config), ...runOptions }, signal),
    cache: (name) => openCache(backend.name, name, signal),
    signal,
    now: () => new Date(),
    isStale,
    debug: (text) => say.debug(`${target}: ${text}`),
    warn: (text) => say.warning(`${target}: ${text}`),
    foreground,
  }
}

/** Programs run where the configuration is, wherever the notification came from and whichever process sends it. */
function folderOf(config: string | undefined): string {
  const folder = config === undefined ? '/' : dirname(config)
  return existsSync(folder) ? folder : '/'
}
