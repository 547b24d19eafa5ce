import { innerWords } from '../../command-line/inner-command.ts'
import { type PlacedCommand, placedCommands } from '../../command-line/placed-commands.ts'
import { programAt } from '../../command-line/simple-commands.ts'
import { inLine, literal, type Word } from '../../command-line/word.ts'
import { passwordsIn } from '../addresses.ts'
import { nameOf } from '../programs/index.ts'
import { addAll, type Range, shifted } from '../ranges.ts'
import { keysIn } from '../shapes.ts'
import { formValues } from '../text/directives.ts'
import { loosePairs, netrcLines } from '../text/loose-pairs.ts'
import { isLikely, isSecret } from '../values.ts'
import { flagValues, isSecretFlag } from './flags.ts'
import { mayReadSecret } from './guesses.ts'
import { printed, printedIn, printedInside, type Reading } from './printed.ts'
import { carriesNone, programHits } from './program-hits.ts'
import { readsSecret } from './readers.ts'
import { isSecretPair, kindOf, pairsOfWord, type WordKind } from './word.ts'

/** How deep commands within commands are followed (`ssh host "sh -c '...'"`). */
const deepest = 4

/** Where the secrets of a command line stand. */
export function commandRanges(line: string, depth = 0): Range[] {
  const { commands, texts } = placedCommands(line)
  const ranges = depth === 0 ? [...keysIn(line), ...passwordsIn(line), ...netrcLines(line), ...formValues(line)] : []
  // From the last one on: does a secret reach the end of the pipe that begins here?
  let reading: Reading = false
  for (const command of commands.toReversed()) {
    if (!command.piped) reading = false
    addAll(ranges, simpleRanges(line, command, reading, depth))
    reading = takesSecret(command) || reading
  }
  for (const { start, end } of texts) {
    // The comment itself would be one again.
    const text = line.slice(start, end).replace(/^#+/, (marks) => ' '.repeat(marks.length))
    addAll(ranges, shifted(loosePairs(text), start))
    if (depth < deepest) addAll(ranges, shifted(commandRanges(text, depth + 1), start))
  }
  return ranges
}

/** @param reading does a program read a secret from what this one prints? */
function simpleRanges(line: string, command: PlacedCommand, reading: Reading, depth: number): Range[] {
  const { words, targets } = command
  const texts = words.map(({ text }) => text)
  const first = programIndex(words)
  const hits = [...flagValues(texts, first), ...programHits(texts, first)]
  addAll(hits, printed(texts, first, reading || fileReads(targets.map(({ text }) => text))))
  const ranges = hits.flatMap(({ word, start, end }) => inLine(words[word] as Word, { start, end }))
  words.forEach((word, index) => {
    // Most words hold neither a pair nor a command.
    if (word.begins === undefined && word.substitutions.length === 0 && !/[=:]/.test(word.text)) return
    addAll(ranges, wordRanges(line, word, { texts, first, index, depth }))
  })
  addAll(ranges, inputRanges(line, command, { texts, first, reading, depth }))
  return ranges
}

/** A word's place in its command: the text of all its words, and which of them is the program. */
interface Place {
  texts: string[]
  first: number
  index: number
  depth: number
}

/** Secrets within a word: of what its substitutions print, of its pairs, and of the commands in it. */
function wordRanges(line: string, word: Word, { texts, first, index, depth }: Place): Range[] {
  const ranges: Range[] = []
  if (word.substitutions.length > 0 && makesSecret(word.text, texts[index - 1], texts, first))
    addAll(ranges, printedInside(line, word))
  else if (isGivenFile(word.text, texts[first]))
    addAll(ranges, printedInside(line, word, 'likely').filter(isOneWord(line)))
  const flag = /^--?[\w-]+(?==)/.exec(word.text)?.[0]
  if (flag !== undefined && carriesNone(texts, first, flag, '=')) return ranges
  const kind = kindOf(texts, first, index)
  addAll(ranges, pairsOfWord(word, kind))
  addAll(ranges, nestedRanges(line, word, kind, depth, texts[index - 1]))
  return ranges
}

/** Secrets in what a command gets by `<<<`, `<<` and `< <(...)`. */
function inputRanges(
  line: string,
  { hereStrings, hereDocuments, inputs }: PlacedCommand,
  { texts, first, reading, depth }: Omit<Place, 'index'> & { reading: Reading },
): Range[] {
  if (hereStrings.length + hereDocuments.length + inputs.length === 0) return []
  const ranges: Range[] = []
  const readsIt = reading || readsSecret(texts, first)
  const mayRead = readsIt || mayReadSecret(texts, first)
  for (const word of inputs) {
    if (readsIt) addAll(ranges, printedInside(line, word))
    addAll(ranges, nestedRanges(line, word, 'text', depth))
  }
  for (const word of hereStrings) {
    if (readsIt ? isSecret(word.text) : mayRead && isLikely(word.text.trim()))
      addAll(ranges, inLine(word, { start: 0, end: word.text.length }))
    addAll(ranges, pairsOfWord(word, 'text'))
    addAll(ranges, nestedRanges(line, word, runsInput.test(nameOf(texts[first] ?? '')) ? 'script' : 'text', depth))
  }
  if (readsIt) for (const document of hereDocuments) addAll(ranges, trimmed(line, document))
  return ranges
}

/** Programs that run what they read. */
const runsInput = /^(?:at|batch|ssh|(?:ba|z|da|k|fi)?sh)$/

/** A here-document that is a secret as a whole. */
function trimmed(line: string, { start, end }: Range): Range[] {
  const text = line.slice(start, end)
  const from = start + text.length - text.trimStart().length
  return isSecret(text.trim()) ? [{ start: from, end: from + text.trim().length }] : []
}

/** Which word is the program, seen through `do`, `sudo`, `env`, assignments and the like. */
function programIndex(words: Word[]): number {
  const rest = words.slice(programAt(words)).map(({ text }) => text)
  return words.length - innerWords({ assignments: [], words: rest }).length
}

/** Does what this command reads by a pipe end as a secret? */
function takesSecret({ words }: PlacedCommand): Reading {
  const texts = words.map(({ text }) => text)
  const first = programIndex(words)
  if (readsSecret(texts, first)) return 'surely'
  const name = nameOf(texts[first] ?? '')
  if (mayReadSecret(texts, first)) return 'likely'
  if (name === 'tee') return fileReads(texts.slice(first + 1))
  return name === 'base64' && !texts.some((text) => /^(?:-[dD]|--decode)$/.test(text)) && 'likely'
}

/** Is what goes into these files a secret? `~/.vault-token`, `/run/secrets/db`, and likely `password.txt` */
function fileReads(paths: string[]): Reading {
  if (paths.some((path) => /(?:^|\/)\.[\w-]*(?:token|pass|passwd|password)$|\/secrets?\/[\w.-]+$/i.test(path)))
    return 'surely'
  const name = /(?:pass(?:word|wd|phrase)?|secrets?|token|api[-_]?key)(?:\.\w{1,5})?$/i
  return paths.some((path) => name.test(path)) && 'likely'
}

/** Does what a substitution in this word says make a secret? `--token "$(echo x)"`, `-p"$(echo x)"`, `-u "me:$(echo x)"` */
function makesSecret(text: string, before: string | undefined, texts: string[], first: number): boolean {
  if (isSecretPair(text) || isSecretFlag(before) || /authorization:/i.test(text)) return true
  if (/^(?:-{0,2}[\w-]*=)?<\(/.test(text)) {
    const named = text.startsWith('<') ? (before ?? '') : text.slice(0, text.indexOf('='))
    return secretSource.test(named) || keyFlag.test(`${texts[first]} ${named}`) || readsSecret(texts, first)
  }
  return /^-[aP]?p?[$`]/.test(text) || (/^(?:-u|--user)$/.test(before ?? '') && /:[$`]/.test(text))
}

/** A file that exists for this command alone (`<(echo x)`) is a text for these, and for others a secret if it looks so. */
function isGivenFile(text: string, program = ''): boolean {
  return (
    /(?:^|[=@])<\(/.test(text) &&
    !/^(?:g?diff|colordiff|vimdiff|cmp|comm|paste|join|sort|cat|[efz]?grep|wc|head|tail|source|\.|(?:ba|z|da)?sh)$/.test(
      nameOf(program),
    )
  )
}

/** Of several the parts are looked at by themselves. */
function isOneWord(line: string): (range: Range) => boolean {
  return ({ start, end }) => !/[\s=:]/.test(line.slice(start, end))
}

/** Flags and words before a file that holds a secret: `--password-file <(echo x)`, `wg set wg0 private-key <(echo x)` */
const secretSource = /(?:pass|secret|token|key|psk|cred|auth|identity)/i

/** Flags of one letter before such a file. */
const keyFlag = /^(?:r?age|ssh|scp|sftp) -i$|^restic -p$/

/** Flags and variables with a command that says a secret: `--password-command 'echo x'`, `BORG_PASSCOMMAND` */
const secretCommand =
  /^-{0,2}[\w-]{0,80}(?:pass(?:word|phrase)?|secret|token|key)[-_]?(?:command|cmd|eval|helper|program)(?:=|$)|^-{1,2}extpass(?:=|$)/i

/** Commands inside of a word: in its substitutions, and in what a shell, ssh or the like is given as one word. */
function nestedRanges(line: string, word: Word, kind: WordKind, depth: number, before?: string): Range[] {
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
  const alias = kind === 'alias' ? (/^[\w.-]+=/.exec(word.text)?.[0].length ?? 0) : 0
  const inner = word.text.replaceAll(literal.dollar, '$').replaceAll(literal.backtick, '`')
  const secret = secretCommand.test(word.text) || secretCommand.test(before ?? '')
  for (const range of [
    ...shifted(commandRanges(inner.slice(alias), depth + 1), alias),
    ...(secret ? printedIn(inner.replace(/^[^\s=]*=/, (head) => ' '.repeat(head.length))) : []),
  ])
    addAll(ranges, inLine(word, range))
  return ranges
}
