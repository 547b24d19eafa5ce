import { isDoubtfulName, isSecretName } from './names.ts'
import { isLikely, isSecret } from './values.ts'
import type { Hit } from './words.ts'

/** Secrets of a simple command that begins with its program's name, where a flag's name does not tell. */
export type Special = (words: string[]) => Hit[]

/** The whole of a word. */
export function whole(words: string[], word: number | undefined): Hit[] {
  const text = word === undefined ? '' : (words[word] ?? '')
  return word === undefined || !isSecret(text) ? [] : [{ word, start: 0, end: text.length }]
}

/** Which words are neither the program nor flags. */
export function positions(words: string[]): number[] {
  return words.flatMap((text, index) => (index === 0 || text.startsWith('-') ? [] : [index]))
}

/** The word behind one of these: `mysqladmin password x`, `redis-cli auth x`. */
export function behind(name: RegExp, from = 1): Special {
  return (words) => words.flatMap((text, index) => (index >= from && name.test(text) ? whole(words, index + 1) : []))
}

/** Options with a name and a value as words of their own: `ntfy -o token x`, `jq --arg token x`. */
export function optionWords(flag: RegExp): Special {
  return (words) =>
    words.flatMap((text, index) => {
      const name = words[index + 1] ?? ''
      return index > 0 && flag.test(text) && (isSecretName(name) || isDoubtfulName(name)) ? whole(words, index + 2) : []
    })
}

/** `[domain/]user:password@host` without a scheme before it. */
export function addressWords(words: string[]): Hit[] {
  return words.flatMap((text, word) => {
    const found = /^(?::\w{1,20}:)?(?:[\w.-]{1,80}[/\\])?[\w.$%-]{1,80}:([^\s]{1,200})@[\w.[\]-]/.exec(text)
    if (word === 0 || !found || !isSecret(found[1] ?? '') || text.includes('://')) return []
    const start = found[0].length - (found[1] ?? '').length - 2
    return [{ word, start, end: start + (found[1] ?? '').length }]
  })
}

/** httpie: headers as `NAME:value`, and `--auth-type bearer --auth x`. */
export function httpWords(words: string[]): Hit[] {
  const isBearer = words.some(
    (text, index) =>
      /^--auth-type=bearer$|^bearer$/.test(text) &&
      (text !== 'bearer' || /^(?:-A|--auth-type)$/.test(words[index - 1] ?? '')),
  )
  return words.flatMap((text, word) => {
    if (isBearer && /^(?:-a|--auth)$/.test(words[word - 1] ?? '')) return whole(words, word)
    const [head, name = ''] = /^([A-Za-z][\w-]{1,80}):(?![=/])/.exec(text) ?? []
    if (word === 0 || head === undefined || !isSecretName(name) || !isSecret(text.slice(head.length))) return []
    return [{ word, start: head.length, end: text.length }]
  })
}

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

/** The value of a flag of one letter, in its word or in the next one. */
function behindFlag(words: string[], word: number, flag: string): Hit[] {
  const text = words[word] ?? ''
  if (text === flag) return whole(words, word + 1)
  return isSecret(text.slice(flag.length)) ? [{ word, start: flag.length, end: text.length }] : []
}

/** `zip -rP x`, `zip -rPx`: flags of one letter in one word. */
export function zipWords(words: string[]): Hit[] {
  return words.flatMap((text, word) => {
    const flag = word === 0 ? undefined : /^-[A-Za-z]*?P/.exec(text)?.[0]
    return flag === undefined ? [] : behindFlag(words, word, flag)
  })
}

/**
 * `mysqladmin password x`, `mysql -vpx`; and `mysql --password x db`, which mysql takes for a name of a database, but
 * whoever typed it did not: with one word behind the flag it is that name.
 */
export function mysqlWords(words: string[]): Hit[] {
  const last = words.findLastIndex((text) => !text.startsWith('-'))
  return words.flatMap((text, word) => {
    if (word === 0) return []
    if (text === 'password') return whole(words, word + 1)
    if (text === '--password') return words[word + 1]?.startsWith('-') || word + 1 >= last ? [] : whole(words, word + 1)
    const flag = /^-[ABCEGHLNXbfnqstv]+p(?=.)(?!\d+(?:[:.]\d+)+$)/.exec(text)?.[0]
    return flag === undefined ? [] : behindFlag(words, word, flag)
  })
}

/** fish: every word behind the name is a value. */
function rest(words: string[], name: number | undefined): Hit[] {
  if (name === undefined) return []
  return words.flatMap((_, index) => (index > name ? whole(words, index) : []))
}

/** `sqlplus user/password@db`, `imp userid=user/password` */
export function userSlashPassword(words: string[]): Hit[] {
  return words.flatMap((text, word) => {
    const found = /^(?:userid=)?[\w$#]+\/([^@/]+)(?:@.*)?$/i.exec(text)
    if (word === 0 || !found || !isSecret(found[1] ?? '')) return []
    const start = text.indexOf('/') + 1
    return [{ word, start, end: start + (found[1] ?? '').length }]
  })
}

/** `sshpass -p x`, `sshpass -px`: flags before the program that it starts. */
export function sshpassWords(words: string[]): Hit[] {
  for (let word = 1; words[word]?.startsWith('-'); word++) {
    const flag = /^-[ehvV]*p/.exec(words[word] ?? '')?.[0]
    if (flag !== undefined) return behindFlag(words, word, flag)
    if (/^-[fdP]$/.test(words[word] ?? '')) word++
  }
  return []
}

/** `curl -su user:password`, `curl -b name=value`: flags of one letter in one word, and cookies that are no file. */
export function curlWords(words: string[]): Hit[] {
  return words.flatMap((text, word) => {
    const value = words[word + 1] ?? ''
    if (/^-[a-zA-Z#]+[uU]$/.test(text)) {
      const colon = value.indexOf(':')
      if (colon >= 0 && isSecret(value.slice(colon + 1)))
        return [{ word: word + 1, start: colon + 1, end: value.length }]
    }
    if (/^(?:-x|--(?:pre)?proxy|--socks\w+(?:-hostname)?)$/.test(text)) {
      return addressWords(['', value]).map((hit) => ({ ...hit, word: word + 1 }))
    }
    if (/^(?:-[a-zA-Z#]*b|--cookie)$/.test(text) && value.includes('=')) return whole(words, word + 1)
    const glued = /^(?:-b|--cookie=)(?=.*=)/.exec(text)?.[0]
    return glued && glued !== text ? [{ word, start: glued.length, end: text.length }] : []
  })
}

/** `-passin pass:x`, `openssl passwd x` */
export function opensslWords(words: string[]): Hit[] {
  const values = words.flatMap((text, word) => {
    const start = /^(?:pass|hexkey):/.exec(text)?.[0].length ?? text.length
    return isSecret(text.slice(start)) ? [{ word, start, end: text.length }] : []
  })
  if (words[1] !== 'passwd') return values
  const last = words.length - 1
  const takesValue = /^-(?:salt|in|rand|writerand|provider)$/.test(words[last - 1] ?? '')
  return last > 1 && !words[last]?.startsWith('-') && !takesValue ? whole(words, last) : values
}

/** `htpasswd -b FILE USER PASSWORD`, `htpasswd -nb USER PASSWORD` */
export function htpasswdWords(words: string[]): Hit[] {
  if (!words.some((text) => /^-[a-zA-Z0-9]*b/.test(text))) return []
  const places = positions(words)
  return places.length > 1 ? whole(words, places.at(-1)) : []
}
