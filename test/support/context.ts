import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import type { Cache, Context, Outgoing } from '../../src/backends/contract/backend.ts'
import { httpClient } from '../../src/http/index.ts'
import { minutes } from './wait.ts'

/** The world as a backend gets it, for a test that calls a backend directly: 10 seconds, in the foreground. */
export function testContext(changes: Partial<Context> = {}): Context {
  const signal = changes.signal ?? AbortSignal.timeout(minutes)
  return {
    id: randomUUID(),
    target: 'test',
    http: httpClient({ signal: signal }),
    cache: memoryCache(),
    signal,
    now: () => new Date(),
    isStale: () => false,
    debug: () => {},
    warn: () => {},
    foreground: true,
    run: (program, args, options = {}) =>
      new Promise((resolve) => {
        const child = execFile(program, args, { ...options, signal }, (error, stdout, stderr) => {
          resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr })
        })
        child.stdin?.end(options.stdin ?? '')
      }),
    ...changes,
  }
}

/** A notification that has nothing special about it. */
export function testNotification(changes: Partial<Outgoing> = {}): Outgoing {
  return {
    id: randomUUID(),
    time: new Date().toISOString(),
    source: 'send',
    title: 'title',
    message: 'message',
    priority: 'default',
    tags: [],
    origin: { user: 'user', host: 'host', cwd: '/' },
    ...changes,
  }
}

/** What is kept as long as the context lives. */
function memoryCache(): (name: string) => Cache {
  const values = new Map<string, unknown>()
  return (name) => ({
    read: () => values.get(name),
    write: (value) => {
      values.set(name, value)
      return true
    },
    alone: (work) => work(),
  })
}
