import { isDoubtfulName, isSecretName } from '../names.ts'
import type { Hit } from '../ranges.ts'
import { isLikely, isSecret } from '../values.ts'

/** Secrets of a simple command that begins with its program's name, where a flag's name does not tell. */
export type Special = (words: string[]) => Hit[]

/** The whole of a word. */
export function whole(words: string[], word: number | undefined): Hit[] {
  const text = word === undefined ? '' : (words[word] ?? '')
  return word === undefined || !isSecret(text) ? [] : [{ word, start: 0, end: text.length }]
}

/** `pulumi config set --secret NAME VALUE`: whatever the name. */
export function pulumiConfig(words: string[]): Hit[] {
  const places = positions(words)
  const [config = 0, set = 0] = places
  const isSecretOne = words[config] === 'config' && words[set] === 'set' && words.includes('--secret')
  return isSecretOne && places.length >= 4 ? whole(words, places.at(-1)) : []
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
    const found =
      /^(?::\w{1,20}:)?(?:[\w.-]{1,80}[/\\])?[\w.$%-]{1,80}:([^\s]{1,200})@(?!sha256:|\d+(?:\.|$))[\w.[\]-]/.exec(text)
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

/** `expect -c 'send "x\r"'` */
export function expectWords(words: string[]): Hit[] {
  return words.flatMap((text, word) => {
    const hits: Hit[] = []
    for (const found of text.matchAll(sent)) {
      const value = found[1] ?? ''
      const start = found.index + found[0].lastIndexOf(value)
      if (isLikely(value)) hits.push({ word, start, end: start + value.length })
    }
    return hits
  })
}

const sent = /send\s{1,9}(?:--\s{1,9})?"([^"\\\s]{1,200})(?:\\[rn])?"/g

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
