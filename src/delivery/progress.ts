import { isatty } from 'node:tty'
import { loadConfig } from '../config/index.ts'
import type { NotificationOptions } from '../config/select.ts'
import type { Config } from '../config/types.ts'
import { terminalOfCaller } from '../process/proc.ts'
import { showBusy, showsProgress } from '../terminal/progress.ts'

/**
 * Shows in the terminal that a command is running, if `--progress` or the configuration (`terminal: {progress: true}`)
 * asks for it and the terminal can. Nothing that goes wrong here is the command's concern.
 *
 * @param known the configuration, if it can be read only once
 * @returns what ends it, and gives up what has not begun yet
 */
export function beginProgress(
  asked: boolean,
  global: NotificationOptions,
  known: Config | undefined,
): () => Promise<void> {
  const over = new AbortController()
  const begun = begin(asked, global, known, over.signal).catch(() => undefined)
  return async () => {
    over.abort()
    const end = await begun
    await end?.().catch(() => {})
  }
}

async function begin(asked: boolean, global: NotificationOptions, known: Config | undefined, over: AbortSignal) {
  const terminal = isatty(1) && isatty(2) ? terminalOfCaller() : undefined
  if (terminal === undefined || !(await showsProgress(terminal, over)) || over.aborted) return undefined
  if (!asked && !isConfigured(known ?? (await loadConfig(global.config)).config)) return undefined
  return over.aborted ? undefined : showBusy(terminal)
}

function isConfigured({ targets }: Config): boolean {
  return ['true', 'yes', 'on', '1'].includes(String(targets['terminal']?.settings['progress']))
}
