import { passwordsIn } from '../addresses.ts'
import { commandRanges } from '../command/index.ts'
import { isSecretName } from '../names.ts'
import { programOf } from '../programs/index.ts'
import { addAll, type Range, shifted } from '../ranges.ts'
import { keysIn } from '../shapes.ts'
import { isSecret } from '../values.ts'
import { loosePairs } from './loose-pairs.ts'

/** Where the secrets of a text stand that may hold anything: messages, output, JSON, YAML, headers, commands. */
export function textRanges(text: string): Range[] {
  return [...keysIn(text), ...passwordsIn(text), ...loosePairs(text), ...flagsIn(text), ...commandsIn(text)]
}

/** A flag with a name, and its value behind a blank; those with `=` are pairs. */
const flag = /(?<![\w.-])--?([A-Za-z][\w.-]{2,127})[ \t]{1,20}(\\{0,3}["']?)([^\s"'`]+)/g

/** What stands behind a flag where a text speaks of it, or a help explains it. */
const explained =
  /^(?:-|[A-Z_]+\b[\],.;:]*$|(?:is|are|was|and|or|must|may|can|cannot|requires?|required|needs?|needed|for|to|in|from|with|has|not|flag|option|argument|value|string|text|file|the|a|an|if|via|on|at|by|as|into|using|instead|given|missing|expected|when|support|parsing|handling)[,.;:]*$)/

/** Before a flag that a sentence speaks of. */
const ofProse =
  /(?:^|\s)(?:us(?:e|es|ed|ing)|pass(?:es|ed|ing)?|with|the|an?|add|set|give|specify|via|option|flag|and|or|of|without)\s$/i

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
    if (/^[a-z]+$/.test(value) && ofProse.test(text.slice(Math.max(0, found.index - 20), found.index))) continue
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

/** Programs beyond the table whose words are looked at. */
const speakers = new Set(['echo', 'printf', 'pass', 'gopass', 'set'])

/** A word that a blank follows, and what stands before it on its line. */
const wordBeforeBlank = /(?<![\w.-])[\w.-]{2,40}(?=[ \t])/g
const prompt = /(?:^|\n)[ \t]{0,8}(?:\+{1,4}|[$#%>❯➜])[ \t]$/

/** Lines that show commands, with a prompt or the `+` of `set -x` before them. */
function commandsIn(text: string): Range[] {
  const ranges: Range[] = []
  wordBeforeBlank.lastIndex = 0
  for (let found = wordBeforeBlank.exec(text); found; found = wordBeforeBlank.exec(text)) {
    const [name] = found
    if (!(speakers.has(name) || programOf(name))) continue
    if (
      name === 'set'
        ? !/^\s+-/.test(text.slice(wordBeforeBlank.lastIndex, wordBeforeBlank.lastIndex + 20))
        : words.has(name) && !prompt.test(text.slice(Math.max(0, found.index - 16), found.index))
    )
      continue
    const end = text.indexOf('\n', found.index) < 0 ? text.length : text.indexOf('\n', found.index)
    addAll(ranges, shifted(commandRanges(text.slice(found.index, end), 1), found.index))
    wordBeforeBlank.lastIndex = end
  }
  return ranges
}
