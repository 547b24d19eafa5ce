import { isSecretName } from '../names.ts'
import type { Hit } from '../ranges.ts'
import { isLikely, isSecret } from '../values.ts'
import { positions, whole } from './special-words.ts'

/** `aws configure set NAME VALUE`, fish's `set -x NAME VALUE`, `vault kv put PATH NAME=VALUE` and the like. */
export function settings(words: string[]): Hit[] {
  const program = words[0] ?? ''
  const command = afterGlobalFlags(words)
  const first = words[command] ?? ''
  const places = positions(words)
  const named = places.flatMap((place) => {
    const name = /[^/:]*$/.exec(words[place] ?? '')?.[0] ?? ''
    return isSecretName(name) || /^[A-Z0-9_]+_KEY$/.test(name) ? place : []
  })
  const line = words.slice(command, command + 4).join(' ')
  if (/^set(?:env|x)?$/.test(program)) return named[0] === places[0] ? rest(words, named[0]) : []
  if (/^(?:config|configure)$/.test(first)) return whole(words, named[0] === undefined ? undefined : named[0] + 1)
  if (first === 'user-secrets') return whole(words, places[3])
  if (program === 'vault' && first === 'login')
    return whole(
      words,
      places.slice(1).find((place) => !words[place]?.includes('=')),
    )
  const all =
    /^(?:kv (?:put|patch)|write|secrets? (?:set|put)|variables set|create secret|config:set|functions:config:set)\b/.test(
      line,
    )
  if (!all) return []
  const flags = program === 'kubectl' || program === 'oc' ? /^--from-literal=[^=]+=/ : /^\w[\w.-]*=(?!@|-$)/
  const values = words.flatMap((text, index) => {
    const head =
      flags.exec(text)?.[0] ?? (/^--from-literal$/.test(words[index - 1] ?? '') ? /^[^=]+=/.exec(text)?.[0] : undefined)
    return head === undefined || !isSecret(text.slice(head.length))
      ? []
      : [{ word: index, start: head.length, end: text.length }]
  })
  const body =
    program === 'gh'
      ? words.flatMap((text, index) => {
          if (/^(?:-b|--body)$/.test(text)) return whole(words, index + 1)
          const flag = /^(?:-b|--body=)(?=.)/.exec(text)?.[0]
          return flag ? [{ word: index, start: flag.length, end: text.length }] : []
        })
      : []
  return [...values, ...body]
}

const putting = /^-{0,2}(?:put|set|setex|write|add|store|update|hset|config)$/

/** Whatever the program: `put /app/password x`, `set db.password x` */
export function putValues(words: string[], program: number): Hit[] {
  return words.flatMap((text, index) => {
    if (index <= program || !putting.test(text)) return []
    const path = words[index + 1] ?? ''
    const name = /[^/:.]*$/.exec(path)?.[0] ?? ''
    const value = words[index + 2] ?? ''
    // In a sentence the word behind says nothing: `set password now`.
    const certain = /[/:._-]/.test(path) || isLikely(value)
    return isSecretName(name) && certain && !path.startsWith('-') && !/^(?:[-./~=<>!]|https?:)/.test(value)
      ? whole(words, index + 2)
      : []
  })
}

/** Where the words of the command begin in `aws --profile x configure set NAME VALUE`. */
function afterGlobalFlags(words: string[]): number {
  let at = 1
  while (words[at]?.startsWith('-')) {
    const alone = words[at]?.includes('=') || /^(?:-|config(?:ure)?$)/.test(words[at + 1] ?? '')
    at += alone ? 1 : 2
  }
  return at
}

/** fish: every word behind the name is a value. */
function rest(words: string[], name: number | undefined): Hit[] {
  if (name === undefined) return []
  return words.flatMap((_, index) => (index > name ? whole(words, index) : []))
}
