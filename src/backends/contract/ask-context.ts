import { type Http, httpClient } from '../../http/index.ts'
import { say } from '../../platform/output.ts'
import type { AskContext, Backend } from './backend.ts'
import { openCache } from './cache.ts'

/** How long one request of a question may take, milliseconds. */
const patience = 10_000

/** All that a backend has for a question, or to receive what arrives; `signal` ends that. */
export function askContext({
  id,
  backend,
  target,
  options,
  signal,
}: {
  id: string
  backend: Pick<Backend, 'name' | 'title' | 'server'>
  target: string
  options: Record<string, unknown>
  signal: AbortSignal
}): AskContext {
  const client = (life: AbortSignal): Http =>
    httpClient({ signal: life, ca: options['ca'] as string | undefined, service: backend.server ?? backend.title })
  return {
    id,
    target,
    signal,
    http: (address, request) => withDeadline((life) => client(life)(address, request)),
    waiting: client(signal),
    cache: (name) => openCache(backend.name, name, signal),
    now: () => new Date(),
    debug: (text) => say.debug(`${target}: ${text}`),
    warn: (text) => say.warning(`${target}: ${text}`),
  }
}

async function withDeadline<T>(work: (life: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), patience)
  try {
    return await work(controller.signal)
  } finally {
    clearTimeout(timer)
  }
}
