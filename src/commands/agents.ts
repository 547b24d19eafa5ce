import { unifiedDiff } from '../agents/install/diff.ts'
import {
  type AgentStatus,
  type Change,
  carryOut,
  installation,
  installersOf,
  isFound,
  removal,
  statusOf,
} from '../agents/install/index.ts'
import type { Installer } from '../agents/install/settings.ts'
import { defineCommand } from '../cli/command.ts'
import { exitCode, NtfyError, UsageError } from '../platform/errors.ts'
import { print, printJson, printLine, say } from '../platform/output.ts'
import { abbreviateHome } from '../platform/paths.ts'
import { plainText } from '../platform/text.ts'

export default defineCommand({
  name: 'agents',
  words: '[AGENT...]',
  summary: 'notify of coding agents: list, install',
  group: 'configuration',
  examples: [
    ['ntfy agents --install', 'notifications of every coding agent that is found'],
    ['ntfy agents --install claude --dry-run', 'what that would change'],
  ],
  flags: {
    install: { kind: 'boolean', description: 'put hooks into the settings of the agents that are found, or named' },
    uninstall: { kind: 'boolean', description: 'remove them' },
    'dry-run': { kind: 'boolean', description: 'only show what would change, as a diff' },
  },
  takes: ['json'],
  async run({ flags, words, global }) {
    if (flags.install && flags.uninstall) throw new UsageError('agents: --install or --uninstall, not both')
    const named = installersOf(words)
    if (!flags.install && !flags.uninstall && !flags['dry-run']) {
      show(named.map(statusOf), global.json)
      return exitCode.ok
    }
    const kind = flags.uninstall ? 'uninstall' : 'install'
    const chosen = words.length > 0 || kind === 'uninstall' ? named : named.filter(isFound)
    if (chosen.length === 0) say.warning('agents: no coding agent was found (name one to install its hooks anyway)')
    return changeAgents(chosen, kind, flags['dry-run'])
  },
})

/**
 * Installs or removes the hooks of these agents: one that is broken does not keep the others from it.
 *
 * @returns the exit code
 */
export async function changeAgents(
  chosen: Installer[],
  kind: 'install' | 'uninstall',
  dryRun: boolean,
): Promise<number> {
  const codes: number[] = []
  for (const installer of chosen) {
    try {
      await changeOne(installer, kind, dryRun)
    } catch (error) {
      if (!(error instanceof NtfyError)) throw error
      say.error(`${installer.agent}: ${error.message}`)
      codes.push(error.exitCode)
    }
  }
  return codes.includes(exitCode.config) ? exitCode.config : (codes[0] ?? exitCode.ok)
}

async function changeOne(installer: Installer, kind: 'install' | 'uninstall', dryRun: boolean): Promise<void> {
  const changes = await (kind === 'install' ? installation(installer) : removal(installer))
  if (dryRun) {
    for (const { path, before, after } of changes) print(plainText(unifiedDiff(path, before, after)))
    return
  }
  await carryOut(changes, installer, kind)
  for (const change of changes) say.warning(describe(change, kind))
}

function describe({ agent, path, todo }: Change, kind: 'install' | 'uninstall'): string {
  if (kind === 'uninstall') return `${path}: hooks of ${agent} removed`
  return `${path}: hooks of ${agent} installed${todo === undefined ? '' : ` (${todo})`}`
}

function show(all: AgentStatus[], json: boolean): void {
  for (const status of all) {
    if (json) printJson(status)
    else printLine(`${status.agent.padEnd(9)} ${summaryOf(status)}`)
  }
}

function summaryOf({ found, file, installed, trusted, own_notifications: own }: AgentStatus): string {
  const also = own ? '; its own notifications are on as well' : ''
  if (installed)
    return `calls ntfy (${abbreviateHome(file)})${trusted ? '' : '; its hooks are not approved yet'}${also}`
  return found ? `found, does not call ntfy (ntfy agents --install)${also}` : 'not found'
}
