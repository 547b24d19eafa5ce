import { innerWords } from '../command-line/inner-command.ts'
import { passwordsIn } from './addresses.ts'
import { flagValues, isSecretFlag } from './flags.ts'
import { programHits, readsSecret } from './hits.ts'
import { type PlacedCommand, placedCommands } from './lines.ts'
import { loosePairs, netrcLines } from './loose.ts'
import { nameOf } from './programs.ts'
import { addAll, type Range, shifted } from './ranges.ts'
import { keysIn } from './shapes.ts'
import { isSecret, literal } from './values.ts'
import { isSecretPair, kindOf, pairsOfWord, type WordKind } from './word.ts'
import { type Hit, inLine, type Word } from './words.ts'

/** How deep commands within commands are followed (`ssh host "sh -c '...'"`). */
const deepest = 4

/** Where the secrets of a command line stand. */
export function commandRanges(line: string, depth = 0): Range[] {
  const { commands, texts } = placedCommands(line)
  const ranges = depth === 0 ? [...keysIn(line), ...passwordsIn(line), ...netrcLines(line)] : []
  // From the last one on: does a secret reach the end of the pipe that begins here?
  let told = false
  for (const command of commands.toReversed()) {
    told = command.piped && told
    addAll(ranges, simpleRanges(line, command, told, depth))
    told ||= readsSecret(command.words.map(({ text }) => text))
  }
  for (const { start, end } of texts) {
    // The comment itself would be one again.
    const text = line.slice(start, end).replace(/^#+/, (marks) => ' '.repeat(marks.length))
    addAll(ranges, shifted(loosePairs(text), start))
    if (depth < deepest) addAll(ranges, shifted(commandRanges(text, depth + 1), start))
  }
  return ranges
}

/** @param tells does a program read a secret from what this one prints? */
function simpleRanges(line: string, command: PlacedCommand, tells: boolean, depth: number): Range[] {
  const { words, hereStrings, hereDocuments } = command
  const texts = words.map(({ text }) => text)
  const first = programIndex(texts)
  const hits = [...flagValues(texts, first), ...programHits(texts, first)]
  if (tells) addAll(hits, spoken(texts, first))
  const ranges = hits.flatMap(({ word, start, end }) => inLine(words[word] as Word, { start, end }))
  words.forEach((word, index) => {
    // Most words hold neither a pair nor a command.
    if (word.begins === undefined && word.substitutions.length === 0 && !/[=:]/.test(word.text)) return
    if (word.substitutions.length > 0 && makesSecret(word.text, texts[index - 1]))
      addAll(ranges, spokenInside(line, word))
    const kind = kindOf(texts, first, index)
    addAll(ranges, pairsOfWord(word, kind))
    addAll(ranges, nestedRanges(line, word, kind, depth))
  })
  const readsIt = hereStrings.length + hereDocuments.length > 0 && (tells || readsSecret(texts))
  for (const word of hereStrings) {
    if (readsIt && isSecret(word.text)) addAll(ranges, inLine(word, { start: 0, end: word.text.length }))
    addAll(ranges, pairsOfWord(word, 'text'))
    addAll(ranges, nestedRanges(line, word, 'text', depth))
  }
  if (readsIt)
    addAll(
      ranges,
      hereDocuments.flatMap((document) => trimmed(line, document)),
    )
  return ranges
}

/** A here-document that is a secret as a whole. */
function trimmed(line: string, { start, end }: Range): Range[] {
  const text = line.slice(start, end)
  const from = start + text.length - text.trimStart().length
  return isSecret(text.trim()) ? [{ start: from, end: from + text.trim().length }] : []
}

const beforeProgram = /^(?:if|then|elif|else|while|until|do|!|\{|time|and|or|not|begin|coproc|[A-Za-z_]\w*\+?=.*)$/s

/** Which word is the program, seen through `do`, `sudo`, `env`, assignments and the like. */
function programIndex(texts: string[]): number {
  let skipped = 0
  while (beforeProgram.test(texts[skipped] ?? '') || isNameOrOption(texts, skipped)) skipped++
  return texts.length - innerWords({ assignments: [], words: texts.slice(skipped) }).length
}

/** `time -p`, and the name in `coproc NAME { ...; }` */
function isNameOrOption(texts: string[], index: number): boolean {
  const before = texts[index - 1]
  return (before === 'time' && texts[index] === '-p') || (before === 'coproc' && texts[index + 1] === '{')
}

/** What `echo` and `printf` say to a program that reads a secret. */
function spoken(texts: string[], program: number): Hit[] {
  if (!/^(?:echo|printf)$/.test(nameOf(texts[program] ?? ''))) return []
  return texts.flatMap((text, word) => {
    const isFormat = word === program + 1 && (/^-[neE]+$/.test(text) || /%s/.test(text))
    return word <= program || isFormat || !isSecret(text) ? [] : [{ word, start: 0, end: text.length }]
  })
}

/** Is what a substitution in this word says a secret? `--token "$(echo x)"`, `-p"$(echo x)"`, `-u "me:$(echo x)"` */
function makesSecret(text: string, before: string | undefined): boolean {
  if (isSecretPair(text) || isSecretFlag(before) || /authorization:/i.test(text)) return true
  return /^-[aP]?p?[$`]/.test(text) || (/^(?:-u|--user)$/.test(before ?? '') && /:[$`]/.test(text))
}

/** What is said in substitutions that make a secret: `TOKEN=$(echo x)`. */
function spokenInside(line: string, { substitutions }: Word): Range[] {
  return substitutions.flatMap(({ start, end }) => {
    const said = placedCommands(line.slice(start, end)).commands.flatMap(({ words }) => {
      const texts = words.map(({ text }) => text)
      return spoken(texts, programIndex(texts)).flatMap((hit) => inLine(words[hit.word] as Word, hit))
    })
    return shifted(said, start)
  })
}

/** Commands inside of a word: in its substitutions, and in what a shell, ssh or the like is given as one word. */
function nestedRanges(line: string, word: Word, kind: WordKind, depth: number): Range[] {
  if (depth >= deepest) return []
  const ranges: Range[] = []
  for (const { start, end } of word.substitutions) {
    addAll(ranges, shifted(commandRanges(line.slice(start, end), depth + 1), start))
  }
  if (
    kind === 'text' ||
    kind === 'substitution' ||
    kind === 'prose' ||
    word.begins === undefined ||
    !/\s/.test(word.text)
  )
    return ranges
  const inner = word.text.replaceAll(literal.dollar, '$').replaceAll(literal.backtick, '`')
  for (const range of commandRanges(inner, depth + 1)) addAll(ranges, inLine(word, range))
  return ranges
}
