import { passwordsIn } from './addresses.ts'
import { commandRanges } from './command.ts'
import { loosePairs } from './loose.ts'
import { isSecretName } from './names.ts'
import { programNames } from './programs.ts'
import type { Range } from './ranges.ts'
import { shifted } from './ranges.ts'
import { keysIn } from './shapes.ts'
import { isSecret } from './values.ts'

/** Where the secrets of a text stand that may hold anything: messages, output, JSON, YAML, headers, commands. */
export function textRanges(text: string): Range[] {
  return [...keysIn(text), ...passwordsIn(text), ...loosePairs(text), ...flagsIn(text), ...commandsIn(text)]
}

/** A flag with a name, and its value behind a blank; those with `=` are pairs. */
const flag = /(?<![\w.-])--?([A-Za-z][\w.-]{2,127})[ \t]{1,20}(\\{0,3}["']?)([^\s"'`]+)/g

/** What stands behind a flag where a text speaks of it, or a help explains it. */
const explained =
  /^(?:-|[A-Z_]+\b[\],.;:]*$|(?:is|are|was|and|or|must|may|can|cannot|requires?|required|needs?|needed|for|to|in|from|with|has|not|flag|option|argument|value|string|text|file|the|a|an|if|via|on|at|by|as|into|using|instead|given|missing|expected|when|support|parsing|handling)[,.;:]*$)/

function flagsIn(text: string): Range[] {
  const ranges: Range[] = []
  for (const found of text.matchAll(flag)) {
    const [whole, name = '', , value = ''] = found
    if (
      !isSecretName(name) ||
      value.startsWith('$(') ||
      explained.test(value) ||
      (/^pass$/i.test(name) && /^\d$/.test(value))
    )
      continue
    const end = found.index + whole.length
    if (isSecret(value)) ranges.push({ start: end - value.length, end })
  }
  return ranges
}

/** Programs whose names are words of a sentence, too: lines that begin with them are commands behind a prompt only. */
const words = new Set(
  (
    'set find net git http https fly screen time security sql pro ua exp imp sc ab hey mix java op mc bw qm join llm ' +
    'drone consul bundle composer knife nats mqtt influx sops chamber cargo multipass security conda'
  ).split(' '),
)

/** Lines from the name of a program on that takes a secret by a flag or word which does not tell by itself. */
let known: RegExp | undefined

function knownPrograms(): RegExp {
  const escaped = programNames().map((name) => name.replaceAll('.', '\\.'))
  const names = [...escaped.filter((name) => !words.has(name)), 'set(?=\\s+-)', 'echo', 'printf', 'pass', 'gopass']
  const prompt = `(?<=(?:^|\\n)[ \\t]{0,8}(?:\\+{1,4}|[$#%>❯➜])[ \\t])(?:${[...words].join('|')})`
  known ??= new RegExp(`(?<![\\w.-])(?:${names.join('|')}|${prompt})(?=\\s)[^\\n]*`, 'g')
  return known
}

/** Lines that show commands, with a prompt or the `+` of `set -x` before them. */
function commandsIn(text: string): Range[] {
  const ranges: Range[] = []
  for (const { 0: line, index } of text.matchAll(knownPrograms())) {
    ranges.push(...shifted(commandRanges(line, 1), index))
  }
  return ranges
}
