import { isatty } from 'node:tty'
import { defineCommand } from '../cli/command.ts'
import type { Finding } from '../doctor/finding.ts'
import { examine } from '../doctor/index.ts'
import { exitCode } from '../platform/errors.ts'
import { print, withoutSecrets } from '../platform/output.ts'
import { oneLine } from '../platform/text.ts'

export default defineCommand({
  name: 'doctor',
  words: '',
  summary: 'look at shells, desktop, terminal, network, targets and outbox, and say what to do; nothing is sent',
  flags: { notify: { kind: 'boolean', description: 'show a test notification on the desktop' } },
  maxWords: 0,
  async run({ flags, global }) {
    const findings = await examine(global.config, flags.notify)
    for (const finding of findings) print(global.json ? json(finding) : row(finding))
    return findings.some(({ wrong }) => wrong) ? exitCode.config : exitCode.ok
  },
})

function json({ check, target, ok, text, todo }: Finding): string {
  return `${withoutSecrets(JSON.stringify({ check, target: target ?? null, ok, text, todo: todo ?? null }))}\n`
}

function row({ check, target, ok, text, todo }: Finding): string {
  const name = target === undefined ? check : `${check} ${target}`
  const line = `${ok ? '✓' : '✗'} ${name}: ${text}${todo === undefined ? '' : `; to do: ${todo}`}`
  const said = oneLine(withoutSecrets(line))
  return isatty(1) && process.env['NO_COLOR'] === undefined
    ? `${colour(ok)}${said.slice(0, 1)}\x1b[0m${said.slice(1)}\n`
    : `${said}\n`
}

function colour(ok: boolean): string {
  return ok ? '\x1b[32m' : '\x1b[31m'
}
