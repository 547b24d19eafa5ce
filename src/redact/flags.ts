import { carriesNone } from './hits.ts'
import { isSecretName } from './names.ts'
import { isSecret } from './values.ts'
import type { Hit } from './words.ts'

/** Values of flags whose name says "secret", as the word behind them: `--password x`, `-token x`, `--db-password x`. */
export function flagValues(words: string[], program: number): Hit[] {
  const hits: Hit[] = []
  for (let word = 0; word + 1 < words.length; word++) {
    if (!words[word]?.startsWith('-')) continue
    const name = /^--?([A-Za-z][\w.-]+)$/.exec(words[word] ?? '')?.[1]
    const value = words[word + 1] ?? ''
    if (name === undefined || !isSecretName(name) || value.startsWith('-') || !isSecret(value)) continue
    // `mysql -psecret db`: the value of a flag of one letter
    if (gluedValue.test(words[word] ?? '')) continue
    // `ffmpeg -pass 1`
    if (/^pass$/i.test(name) && /^\d$/.test(value)) continue
    if (/^pwd$/i.test(name) && /^[/~.]/.test(value)) continue
    if (carriesNone(words, program, words[word] ?? '')) continue
    hits.push({ word: word + 1, start: 0, end: value.length })
  }
  return hits
}

/** Is this a flag whose value, the next word, is a secret? */
export function isSecretFlag(word: string | undefined): boolean {
  const name = /^--?([A-Za-z][\w.-]+)$/.exec(word ?? '')?.[1]
  return name !== undefined && isSecretName(name)
}

const gluedValue = /^-[a-z](?:password|passwd|passphrase|pass|pwd|secret|token)\d*$/i
