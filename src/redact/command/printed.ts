import { placedCommands } from '../../command-line/placed-commands.ts'
import { inLine, type Word } from '../../command-line/word.ts'
import { isSecretName } from '../names.ts'
import { nameOf } from '../programs/index.ts'
import type { Hit } from '../ranges.ts'
import { type Range, shifted } from '../ranges.ts'
import { isLikely, isSecret } from '../values.ts'

/** Does a program read a secret from what another one says: surely, or where it looks like one? */
export type Reading = false | 'surely' | 'likely'

/**
 * What `echo`, `printf` and `yes` say that is a secret: all of it where it is surely read (a program reads a secret from
 * it), else what a format of printf names: `printf 'password=%s' x`.
 */
export function printed(texts: string[], program: number, reading: Reading): Hit[] {
  const name = nameOf(texts[program] ?? '')
  if (!/^(?:echo|printf|yes)$/.test(name)) return []
  const format = texts[program + 1] ?? ''
  const named = name === 'printf' ? namedByFormat(texts, program + 1) : []
  if (!reading) return named
  const said = texts.flatMap((text, word) => {
    const isFormat = word === program + 1 && (/^-[neE]+$/.test(text) || /%s/.test(format))
    const isWanted = reading === 'likely' ? isLikely(text.trim()) : isSecret(text)
    return word <= program || isFormat || !isWanted ? [] : [{ word, start: 0, end: text.length }]
  })
  return [...named, ...said]
}

/** Which words fill the `%s` behind a secret's name in a format. */
function namedByFormat(texts: string[], format: number): Hit[] {
  let word = format
  return Array.from((texts[format] ?? '').matchAll(/([\w.-]{0,80})(["']?[=:]\s?["']?|\s)?%[\d.-]*[sqb]/g)).flatMap(
    ([, name = '', pair]) => {
      word++
      const text = texts[word] ?? ''
      const isWanted = pair === ' ' ? isLikely(text) : isSecret(text)
      return pair !== undefined && isSecretName(name) && isWanted ? [{ word, start: 0, end: text.length }] : []
    },
  )
}

/** What is said in substitutions that make a secret: `TOKEN=$(echo x)`. */
export function printedInside(line: string, { substitutions }: Word, reading: Reading = 'surely'): Range[] {
  return substitutions.flatMap(({ start, end }) => shifted(printedIn(line.slice(start, end), reading), start))
}

/** What the commands of a line say that whoever runs it takes for a secret. */
export function printedIn(line: string, reading: Reading = 'surely'): Range[] {
  return placedCommands(line).commands.flatMap(({ words }) => {
    const texts = words.map(({ text }) => text)
    const program = texts.findIndex((text) => /^(?:.*\/)?(?:echo|printf|yes)$/.test(text))
    return program < 0 ? [] : printed(texts, program, reading).flatMap((hit) => inLine(words[hit.word] as Word, hit))
  })
}
