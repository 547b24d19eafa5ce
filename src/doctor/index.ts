import { messageOf } from '../platform/errors.ts'
import { agents } from './agents.ts'
import { configuration } from './configuration.ts'
import { desktop } from './desktop.ts'
import type { Check, Finding, World } from './finding.ts'
import { network } from './network.ts'
import { outbox } from './outbox.ts'
import { program } from './program.ts'
import { running } from './running.ts'
import { shells } from './shells.ts'
import { targets } from './targets.ts'
import { terminal } from './terminal.ts'

/** In the order in which they are shown. */
const checks: Record<string, Check> = {
  ntfy: program,
  config: configuration,
  shell: shells,
  done: running,
  agent: agents,
  terminal,
  desktop,
  network,
  target: targets,
  outbox,
}

/** How long a check may take, in milliseconds: they run at the same time. */
const patience = 2500

/** How long it may take to give up, in milliseconds. */
const grace = 1000

/** All that can be said about this installation; one check's trouble is no other's. */
export async function examine(config: string | undefined, notify: boolean): Promise<Finding[]> {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), patience)
  const world: World = { config, notify, signal: controller.signal }
  try {
    const late = new Promise<void>((resolve) => {
      // The signal ends what a check waits for; it may still say what it has found so far.
      const giveUp = () => setTimeout(resolve, grace)
      controller.signal.addEventListener('abort', giveUp, { once: true })
    })
    const found = await Promise.all(Object.entries(checks).map(([name, check]) => within(name, check, world, late)))
    return found.flat()
  } finally {
    clearTimeout(timer)
    controller.abort()
  }
}

async function within(name: string, check: Check, world: World, late: Promise<void>): Promise<Finding[]> {
  const text = `no result after ${patience / 1000} s`
  try {
    return await Promise.race([Promise.resolve(check(world)), late.then(() => [{ check: name, ok: false, text }])])
  } catch (error) {
    return [{ check: name, ok: false, text: messageOf(error) }]
  }
}
