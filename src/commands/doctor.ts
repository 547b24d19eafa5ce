import { defineCommand } from '../cli/command.ts'
import type { Finding } from '../doctor/finding.ts'
import { examine } from '../doctor/index.ts'
import { exitCode } from '../platform/errors.ts'
import { withoutSecrets } from '../platform/masking.ts'
import { print, printJson } from '../platform/output.ts'
import { style } from '../platform/style.ts'
import { oneLine } from '../platform/text.ts'

export default defineCommand({
  name: 'doctor',
  words: '',
  summary: 'check shells, desktop, terminal, network, targets, outbox',
  group: 'diagnosis',
  examples: [['ntfy doctor', 'what is wrong, and what to do about it']],
  flags: { notify: { kind: 'boolean', description: 'show a test notification on the desktop' } },
  maxWords: 0,
  takes: ['json'],
  async run({ flags, global }) {
    const findings = await examine(global.config, flags.notify)
    for (const finding of findings) global.json ? printJson(json(finding)) : print(row(finding))
    return findings.some(({ wrong }) => wrong) ? exitCode.config : exitCode.ok
  },
})

function json({ check, target, ok, text, todo }: Finding) {
  return { check, target: target ?? null, ok, text, todo: todo ?? null }
}

function row({ check, target, ok, text, todo }: Finding): string {
  const name = target === undefined ? check : `${check} ${target}`
  const line = `${ok ? '✓' : '✗'} ${name}: ${text}${todo === undefined ? '' : `; to do: ${todo}`}`
  const said = oneLine(withoutSecrets(line))
  const mark = style.stdout[ok ? 'good' : 'bad'](said.slice(0, 1))
  return `${mark}${said.slice(1)}\n`
}
