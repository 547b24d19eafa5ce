import { answerIn } from '../backends/contract/question.ts'
import { defineCommand, type FlagValues } from '../cli/command.ts'
import { loadConfig } from '../config/index.ts'
import { selectTargets } from '../config/select.ts'
import { ask, type Ending } from '../incoming/ask/index.ts'
import { come, type Wanted } from '../incoming/ask/view.ts'
import { waysOf } from '../incoming/ask/ways.ts'
import { parseDuration, shortDuration } from '../platform/duration.ts'
import { ConfigError, exitCode, UsageError } from '../platform/errors.ts'
import { printJson, printLine, say } from '../platform/output.ts'
import { isBlank, plainText } from '../platform/text.ts'

const flags = {
  option: {
    kind: 'list',
    value: 'WORD',
    description: 'an answer to choose from (repeatable, at most 9); without: yes and no',
  },
  text: {
    kind: 'boolean',
    description: 'any text is an answer, where the service can: Telegram, Matrix, the terminal',
  },
  timeout: { kind: 'text', value: 'TIME', description: 'how long to wait (default 10m)' },
  default: { kind: 'text', value: 'WORD', description: 'the answer if nobody answers in time' },
} as const

/** Services show a button's words on one line. */
const longestOption = 60
const mostOptions = 9
const mostTime = 7 * 24 * 60 * 60_000

export default defineCommand({
  name: 'ask',
  words: 'QUESTION',
  summary: 'ask a question, wait, and print the answer',
  group: 'everyday',
  examples: [
    ['ntfy ask "deploy to production?" && ./deploy', 'yes is 0, no is 1, no answer 75'],
    ['ntfy -b phone ask --option stop --option retry "what now?"', 'the status is the position, from 0'],
    ['ntfy ask --text --timeout 1h "which version?"', 'print what somebody writes'],
  ],
  flags,
  async run({ words, flags, global }) {
    const wanted = wantedFrom(words, flags)
    const timeout = timeoutFrom(flags.timeout)
    const fallback = defaultFrom(flags.default, wanted)
    const { config, problems } = await loadConfig(global.config)
    if (problems.length > 0) throw new ConfigError(problems.join('\n'))
    for (const warning of config.warnings) say.warning(warning)
    const ways = await waysOf(config, await selectTargets(config, global), { ...wanted, title: global.title })
    const ending = await ask(wanted.text, ways, timeout)
    return conclude(ending, { wanted, timeout, fallback, json: global.json })
  },
})

function wantedFrom(words: string[], { option, text }: FlagValues<typeof flags>): Wanted {
  const question = words.join(' ')
  if (isBlank(question)) throw new UsageError('ask: no question (give words)')
  if (option.length > mostOptions) throw new UsageError(`ask --option: expected at most ${mostOptions}`)
  for (const [at, word] of option.entries()) {
    if (isBlank(word)) throw new UsageError('ask --option: expected a word')
    if (plainText(word) !== word || /[\n\t]/.test(word))
      throw new UsageError('ask --option: expected a word without control characters')
    if ([...word].length > longestOption)
      throw new UsageError(`ask --option: expected at most ${longestOption} characters`)
    if (word !== word.trim()) throw new UsageError('ask --option: expected a word without blanks around it')
    const isSame = (other: string) => other.toLowerCase() === word.toLowerCase()
    if (option.findIndex(isSame) < at) throw new UsageError(`ask --option ${word}: it is there twice`)
    if (isSame(come)) throw new UsageError(`ask --option ${word}: it is an answer of its own (75)`)
  }
  return { text: question, words: option.length > 0 ? option : text ? [] : ['yes', 'no'], freeText: text }
}

function timeoutFrom(text = '10m'): number {
  const timeout = parseDuration(text)
  if (timeout === undefined || timeout === 0 || timeout > mostTime) {
    throw new UsageError(`ask --timeout ${text}: expected a time (90, 10m, 1h; at most 7d)`)
  }
  return timeout
}

function defaultFrom(word: string | undefined, wanted: Wanted): string | undefined {
  if (word === undefined) return undefined
  const found = answerIn(word, wanted)
  if (found !== undefined) return found
  throw new UsageError(`ask --default ${word}: expected ${wanted.words.join(' or ') || 'a text'}`)
}

function conclude(
  ending: Ending,
  { wanted, timeout, fallback, json }: { wanted: Wanted; timeout: number; fallback: string | undefined; json: boolean },
): number {
  if (ending.kind === 'withdrawn') return { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[ending.by as 'SIGINT'] ?? 130
  if (ending.kind === 'answered') {
    const { answer, target, by } = ending
    if (json) printJson({ answer, target, ...(by !== undefined && { by }) })
    else printLine(answer)
    return answer === come ? exitCode.unavailable : statusOf(answer, wanted)
  }
  // Nobody can have agreed to what nobody was shown.
  const counts = fallback !== undefined && (!ending.changed || /^no$/i.test(fallback))
  if (!counts) {
    say.warning(`ask: nobody answered within ${shortDuration(timeout)}`)
    return exitCode.unavailable
  }
  if (json) printJson({ answer: fallback, default: true })
  else printLine(fallback)
  return statusOf(fallback, wanted)
}

/** The position of a word; a text is as good as any other. */
function statusOf(answer: string, { words }: Wanted): number {
  return Math.max(0, words.indexOf(answer))
}
