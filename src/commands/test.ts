import { defineCommand } from '../cli/command.ts'
import { loadConfig } from '../config/index.ts'
import { selectTargets } from '../config/select.ts'
import { attemptAll } from '../delivery/deliver.ts'
import { prepare } from '../delivery/prepare.ts'
import { printReport, sayReport } from '../delivery/report.ts'
import { type AgentName, agentNames } from '../notification/agent.ts'
import { makeNotification } from '../notification/create.ts'
import { ConfigError, worstExitCode } from '../platform/errors.ts'
import { printLine } from '../platform/output.ts'
import { terminalOfCaller } from '../process/proc.ts'

export default defineCommand({
  name: 'test',
  words: '[TARGET...]',
  summary: 'send a test message and report the result',
  group: 'diagnosis',
  examples: [
    ['ntfy test phone', 'to one target'],
    ['ntfy test --agent claude', 'what Claude Code would send'],
  ],
  flags: {
    agent: {
      kind: 'text',
      value: 'AGENT',
      choices: agentNames,
      description: 'send what the end of a turn of this coding agent would',
    },
  },
  async run({ words, flags, global }) {
    const { config, problems } = await loadConfig(global.config)
    if (problems.length > 0) throw new ConfigError(problems.join('\n'))
    const targets = [...global.targets, ...words.map((name) => ({ name, options: {} }))]
    const selected = await selectTargets(config, { ...global, targets })
    const terminal = terminalOfCaller()
    const notification =
      flags.agent === undefined
        ? makeNotification('test', 'This is a test. It worked.', { ...(terminal && { terminal }) })
        : await (await import('../agents/trial.ts')).trialOf(
            flags.agent as AgentName,
            { config, trouble: undefined },
            terminal,
          )
    if (global.title !== undefined) notification.title = global.title
    const pending = await Promise.all(
      selected.map(async (one) => ({ delivery: await prepare(notification, config, one), location: undefined })),
    )
    const reports = await attemptAll(pending, { foreground: true, fresh: false, config })
    for (const report of reports) {
      if (global.json) printReport(report)
      else if (report.outcome === 'delivered') printLine(`${report.target}: delivered`)
      sayReport(report)
    }
    return worstExitCode(reports.map((report) => report.exitCode))
  },
})
