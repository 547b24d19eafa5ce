import { away } from '../away/index.ts'
import { defineCommand } from '../cli/command.ts'
import { loadConfig } from '../config/index.ts'
import { exitCode } from '../platform/errors.ts'
import { printJson, printLine, say } from '../platform/output.ts'
import { terminalOfCaller } from '../process/proc.ts'

export default defineCommand({
  name: 'away',
  words: '',
  summary: 'show whether you are away: yes, no or unknown',
  group: 'scripts',
  examples: [['ntfy -v away', 'with the source of the answer']],
  flags: {},
  maxWords: 0,
  takes: ['json'],
  async run({ global }) {
    const { config, problems } = await loadConfig(global.config)
    for (const problem of problems) say.warning(problem)
    const { answer, source } = await away(terminalOfCaller(), new AbortController().signal, config.away)
    if (global.json) printJson({ answer, source })
    else printLine(global.logLevel === 'DEBUG' ? `away: ${answer} (${source})` : answer)
    return exitCode.ok
  },
})
