import { isDoubtfulName, isLoginName, isSecretName } from '../names.ts'
import type { Hit } from '../ranges.ts'
import { isHarmless, isRandom, isSecret, loginOf } from '../values.ts'
import { carriesNone } from './program-hits.ts'

/** Values of flags whose name says "secret", as the word behind them: `--password x`, `-token x`, `--db-password x`. */
export function flagValues(words: string[], program: number): Hit[] {
  const hits: Hit[] = []
  for (let word = 0; word + 1 < words.length; word++) {
    const flag = words[word] ?? ''
    if (!flag.startsWith('-')) continue
    const name = /^--?([A-Za-z][\w.-]+)$/.exec(flag)?.[1]
    const value = words[word + 1] ?? ''
    if (name === undefined || value.startsWith('-') || !isSecret(value)) continue
    // `mysql -psecret db`: the value of a flag of one letter
    if (gluedValue.test(flag) || isHarmless(name, value) || isProcess(value)) continue
    if (carriesNone(words, program, flag, ' ')) continue
    if (/^cookies?$/i.test(name) && value.includes('=')) hits.push({ word: word + 1, start: 0, end: value.length })
    const start = isSecretName(name) ? sourceOf(value) : isLoginName(name) ? loginOf(value) : 0
    if (isSecretName(name) || start > 0 || (isDoubtfulName(flag) && isRandom(value)))
      hits.push({ word: word + 1, start, end: value.length })
  }
  return hits
}

/** `pass:x`, `password:x`: how OpenSSL, Android's and others' flags say where a password comes from. */
function sourceOf(value: string): number {
  return /^(?:pass|password):(?=.)/.exec(value)?.[0].length ?? 0
}

/** `<(command)` */
function isProcess(value: string): boolean {
  return /^[<>]\(/.test(value)
}

/** Is this a flag whose value, the next word, is a secret? */
export function isSecretFlag(word: string | undefined): boolean {
  const name = /^--?([A-Za-z][\w.-]+)$/.exec(word ?? '')?.[1]
  return name !== undefined && isSecretName(name)
}

const gluedValue = /^-[a-z](?:password|passwd|passphrase|pass|pwd|secret|token)\d*$/i
