import { randomUUID } from 'node:crypto'
import { makeContext } from '../backends/contract/context.ts'
import { loadBackend } from '../backends/index.ts'
import { loadConfig } from '../config/index.ts'
import { resolveOptions } from '../config/resolve.ts'
import { findTarget } from '../config/select.ts'
import type { Config, Target } from '../config/types.ts'
import { desktopServer } from '../desktop/server.ts'
import { isInWindows } from '../desktop/windows.ts'
import { ConfigError, messageOf } from '../platform/errors.ts'
import { withoutSecrets } from '../platform/masking.ts'
import { oneLine } from '../platform/text.ts'
import { terminalOfCaller } from '../process/proc.ts'
import type { Check, Finding } from './finding.ts'

/** How long a service may take to answer, in milliseconds; all are queried at the same time. */
const patience = 2000

/** Each target: its options, its secrets, and whether its service answers where it has a call that sends nothing. */
export const targets: Check = async ({ config: named }) => {
  const { config, problems } = await loadConfig(named)
  // What the file says of its targets cannot be trusted until it is fixed.
  if (problems.length > 0) return []
  const used = config.backends.flatMap((name) => config.groups[name] ?? [name])
  const all = [...new Set([...Object.keys(config.targets), ...used])].map((name) => findTarget(config, name))
  return Promise.all(all.filter(({ backend }) => backend !== '').map((target) => inTime(target, config)))
}

/** A secret's program may take its time; the others' findings do not wait for it. */
async function inTime(target: Target, config: Config): Promise<Finding> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Finding>((resolve) => {
    const text = `no result after ${patience / 1000} s`
    const todo = `ntfy test ${target.name}`
    timer = setTimeout(() => resolve({ check: 'target', target: target.name, ok: false, text, todo }), patience + 200)
  })
  try {
    return await Promise.race([examine(target, config), late])
  } finally {
    clearTimeout(timer)
  }
}

async function examine(target: Target, config: Config): Promise<Finding> {
  const found = { check: 'target', target: target.name }
  const backend = await loadBackend(target.backend)
  let options: Record<string, unknown>
  try {
    options = await resolveOptions(config, target, {})
  } catch (error) {
    const todo = `ntfy backends ${target.backend} shows what it needs`
    return { ...found, ok: false, text: said(error), todo, wrong: true }
  }
  if (backend.name === 'default') return { ...found, ...(await anyDisplay()) }
  if (backend.probe === undefined) {
    const text = `${backend.title}: configured; only sending a message can verify it`
    return { ...found, ok: true, text, todo: `ntfy test ${target.name}` }
  }
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), patience)
  const parts = { id: randomUUID(), backend, target: target.name, config: config.path, options, foreground: false }
  try {
    const text = await backend.probe(options, makeContext({ ...parts, signal: controller.signal }))
    return { ...found, ok: true, text: `${backend.title}: ${oneLine(withoutSecrets(text))}` }
  } catch (error) {
    // 404 only says that it has no such call; a token that is refused is wrong for messages, too.
    const refused = error instanceof ConfigError && /\b40[13]\b|does not know|invalid|password/i.test(error.message)
    const todo = refused ? 'check its options' : `ntfy test ${target.name}`
    return { ...found, ok: false, text: `${backend.title}: ${said(error)}`, todo, ...(refused && { wrong: true }) }
  } finally {
    clearTimeout(timer)
    controller.abort()
  }
}

/** `default` needs only one of the desktop and the terminal. */
async function anyDisplay(): Promise<Pick<Finding, 'ok' | 'text' | 'todo'>> {
  const desktop = await desktopServer(AbortSignal.timeout(patience), patience).then(
    () => true,
    () => process.platform !== 'linux' || isInWindows(),
  )
  if (desktop) return { ok: true, text: 'Desktop or terminal: the desktop' }
  if (terminalOfCaller() !== undefined) return { ok: true, text: 'Desktop or terminal: the terminal' }
  const text = 'Desktop or terminal: there is no desktop, and this is not running in a terminal'
  return { ok: true, text, todo: 'ntfy setup, where nobody sits at a terminal (cron, a server)' }
}

function said(error: unknown): string {
  return oneLine(withoutSecrets(messageOf(error)))
}
