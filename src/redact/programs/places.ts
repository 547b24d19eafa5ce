import type { Hit } from '../ranges.ts'
import { isSecret } from '../values.ts'

/**
 * Secrets by their place among the words of a command, as patterns: `alias set _ _ * *`. A word of a pattern is a regular
 * expression for one of the command; `_` stands for any word, `*` for a secret, `*+` for all that follow, `:` for
 * `user:password`. Flags stand anywhere, unless the pattern names them.
 */
export function hitsByPlace(words: string[], patterns: string[], valued?: RegExp): Hit[] {
  return patterns.flatMap((pattern) => hitsOf(words, compiled(pattern), valued))
}

type Token = RegExp | '_' | '*' | '*+' | ':'

function hitsOf(words: string[], tokens: Token[], valued: RegExp | undefined): Hit[] {
  const hits: Hit[] = []
  let next = 0
  for (let word = 1; word < words.length && next < tokens.length; word++) {
    const text = words[word] ?? ''
    const token = tokens[next]
    const named = token instanceof RegExp && token.test(text)
    if (text.startsWith('-') && text !== '-' && !named) {
      if (valued?.test(text)) word++
      continue
    }
    if (token instanceof RegExp) {
      if (named) next++
      // What stands before the first word may be the value of a flag.
      else if (next > 0) return []
      continue
    }
    if (token === '*' || token === '*+') {
      if (isSecret(text)) hits.push({ word, start: 0, end: text.length })
    } else if (token === ':' && isSecret(text.slice(text.indexOf(':') + 1)) && text.includes(':')) {
      hits.push({ word, start: text.indexOf(':') + 1, end: text.length })
    }
    if (token !== '*+') next++
  }
  return next < tokens.length && tokens[next] !== '*+' ? [] : hits
}

const known = new Map<string, Token[]>()

function compiled(pattern: string): Token[] {
  const tokens = known.get(pattern) ?? pattern.split(' ').map(tokenOf)
  known.set(pattern, tokens)
  return tokens
}

function tokenOf(text: string): Token {
  return text === '_' || text === '*' || text === '*+' || text === ':' ? text : new RegExp(`^(?:${text})$`)
}
