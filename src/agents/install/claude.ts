import { asObject } from '../../platform/json.ts'
import { readRegular } from '../../platform/regular-file.ts'
import { below } from './places.ts'
import { type Hook, type Installer, mergedJson } from './settings.ts'

/** Seconds that an agent waits at most, unless its hook waits for an answer. */
const patience = 10

const folder = () => below('CLAUDE_CONFIG_DIR', '.claude')

export const claude: Installer = {
  agent: 'claude',
  programs: ['claude'],
  folder,
  files: () => [
    mergedJson(`${folder()}/settings.json`, [
      ...groups('claude', ['UserPromptSubmit', 'Stop', 'StopFailure', 'SubagentStop', 'Notification', 'Elicitation']),
      group('PermissionRequest', 'claude', undefined, 600),
      group('SessionEnd', 'claude'),
      group('PreToolUse', 'claude', 'AskUserQuestion|ExitPlanMode'),
      ...['PostToolUse', 'PostToolUseFailure'].map((event) => group(event, `claude ${event}`)),
    ]),
  ],
  hasOwnNotifications() {
    const files = [process.env['CLAUDE_CONFIG_DIR'] ? `${folder()}/.claude.json` : below(undefined, '.claude.json')]
    return [...files, `${folder()}/settings.json`].some((file) => {
      const channel = parsed(file)?.['preferredNotifChannel']
      return typeof channel === 'string' && channel !== 'notifications_disabled'
    })
  },
}

/** Hooks of events, each in a group of its own. */
export function groups(words: string, events: string[], timeout?: number): Hook[] {
  return events.map((event) => group(event, words, undefined, timeout))
}

/** @param timeout in the agent's unit */
export function group(event: string, words: string, matcher?: string, timeout = patience): Hook {
  return {
    at: ['hooks', event],
    element: (command) => ({
      ...(matcher !== undefined && { matcher }),
      hooks: [{ type: 'command', command: command(words), timeout }],
    }),
  }
}

/** A file of an agent, if it is plain JSON. */
export function parsed(file: string): Record<string, unknown> | undefined {
  try {
    return asObject(JSON.parse(readRegular(file, 16 * 1024 * 1024) ?? ''))
  } catch {
    return undefined
  }
}
