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
  summary: 'check shells, agents, desktop, network, targets and outbox',
  group: 'diagnosis',
  examples: [['ntfy doctor', 'what is wrong, and what to do about it']],
  flags: { notify: { kind: 'boolean', description: 'show a test notification on the desktop' } },
  maxWords: 0,
  takes: ['json'],
  async run({ flags, global }) {
    const findings = await examine(global.config, flags.notify)
    if (!global.json) print(summary(findings))
    for (const finding of findings) global.json ? printJson(json(finding)) : print(row(finding))
    if (findings.some(({ wrong }) => wrong)) return exitCode.config
    return findings.some(({ broken }) => broken) ? brokenCode : exitCode.ok
  },
})

/** The exit code where something is broken that is no matter of the configuration. */
const brokenCode = 1

/** How a finding is marked: what works, what should be looked at, what is broken. */
const marks = { good: '✓', doubtful: '!', bad: '✗' } as const

function toneOf({ ok, todo, broken, wrong }: Finding): keyof typeof marks {
  if (broken || wrong) return 'bad'
  return ok && todo === undefined ? 'good' : 'doubtful'
}

/** The first line: how many of each. */
function summary(findings: Finding[]): string {
  const count = (tone: keyof typeof marks) => findings.filter((finding) => toneOf(finding) === tone).length
  return `${count('bad')} ${marks.bad} broken, ${count('doubtful')} ${marks.doubtful} to look at, ${count('good')} ${marks.good} working\n`
}

function json({ check, target, ok, text, todo }: Finding) {
  return { check, target: target ?? null, ok, text, todo: todo ?? null }
}

function row(finding: Finding): string {
  const { check, target, text, todo } = finding
  const tone = toneOf(finding)
  const name = target === undefined ? check : `${check} ${target}`
  const line = `${marks[tone]} ${name}: ${text}${todo === undefined ? '' : `; to do: ${todo}`}`
  const said = oneLine(withoutSecrets(line))
  const mark = style.stdout[tone](said.slice(0, 1))
  return `${mark}${said.slice(1)}\n`
}
