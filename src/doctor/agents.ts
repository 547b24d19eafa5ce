import { existsSync } from 'node:fs'
import { installersOf, statusOf } from '../agents/install/index.ts'
import type { Installer } from '../agents/install/settings.ts'
import { readRegular } from '../platform/regular-file.ts'
import type { Check, Finding } from './finding.ts'

/** No agent's settings are larger, in bytes. */
const largest = 16 * 1024 * 1024

/** Whether each coding agent that is there calls us, and whether it notifies by itself, too. */
export const agents: Check = () => installersOf([]).flatMap(examine)

function examine(installer: Installer): Finding[] {
  const { agent, found, file, installed, trusted, own_notifications: own } = statusOf(installer)
  const finding = { check: 'agent', target: agent }
  if (!installed) {
    const todo = `ntfy agents --install ${agent}`
    return found ? [{ ...finding, ok: false, text: 'does not call ntfy', todo }] : []
  }
  const todo = `ntfy agents --install ${agent}`
  const gone = goneLauncher(readRegular(file, largest) ?? '')
  if (gone !== undefined) {
    return [{ ...finding, ok: false, broken: true, text: `${file} calls ${gone}, which is gone`, todo }]
  }
  if (!trusted) {
    const text = 'its hooks are not approved yet'
    return [{ ...finding, ok: false, text, ...(installer.todo !== undefined && { todo: installer.todo }) }]
  }
  if (own) {
    return [{ ...finding, ok: false, text: 'notifies by itself as well', todo: `switch that off in ${agent}` }]
  }
  return [{ ...finding, ok: true, text: `calls ntfy (${file})` }]
}

/** The launcher that a file names, if an update has removed it. */
function goneLauncher(text: string): string | undefined {
  const [, path] = /["'](\/[^"'\n]*?)["']? hook [a-z]/.exec(text) ?? /const ntfy = "(\/[^"\n]*)"/.exec(text) ?? []
  return path === undefined || existsSync(path) ? undefined : path
}
