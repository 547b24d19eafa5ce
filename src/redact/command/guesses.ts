import { addressWords, whole } from '../programs/special-words.ts'
import type { Hit } from '../ranges.ts'
import { isLikely, isSecret } from '../values.ts'

/*
 * What the words of any program may say, where the value looks like a secret. What a program is known to mean by its
 * flags is in its table.
 */

/** A flag before `user:password`. */
const loginFlag = /^-{1,2}(?:[uUaAl]|id|user|username|auth|login|cred(?:s|entials?)?)$/

/** Flags that say that a user logs in, so that `-p` is no port. */
const userFlag = /^(?:-[uUl]|--(?:user|username|login))(?:=|$)/

/** Subcommands that take a password as the next word: `set-initial-password x` */
const setter = /^(?:set|change|reset|update|hash|new)[-_:]?[\w-]{0,40}(?:password|passwd|passphrase|token|secret)$/

/** What keeps secrets, as a subcommand: `secret set --value x`, `keyring set --value x` */
const keeper = /^(?:secrets?|keyring|keychain|credentials?|passwords?|tokens?)$/

/** Secrets that a program takes in the ways in which most do. */
export function guessedHits(words: string[], program: number, known: boolean): Hit[] {
  const own = words.slice(program)
  const hits = [...addressWords(own).filter(({ word, start, end }) => isLikely(own[word]?.slice(start, end) ?? ''))]
  const logsIn = !known && own.some((text) => userFlag.test(text))
  own.forEach((text, word) => {
    const value = own[word + 1] ?? ''
    if (word === 0) return
    if (loginFlag.test(text)) hits.push(...loginHit(value, word + 1))
    if (logsIn && /^-[pPak]$/.test(text) && isLikely(value)) hits.push(...whole(own, word + 1))
    if (text === '--value' && own.slice(1, word).some((before) => keeper.test(before)))
      hits.push(...whole(own, word + 1))
    // QEMU: `-object secret,id=x,data=x`
    const data = /^secret,(?:[^,]*,)*data=/.exec(text)?.[0].length
    if (data !== undefined && isSecret(text.slice(data))) hits.push({ word, start: data, end: text.length })
    if (setter.test(text)) {
      const next = own.findIndex((other, index) => index > word && !other.startsWith('-'))
      if (next > 0 && isLikely(own[next] ?? '')) hits.push(...whole(own, next))
    }
  })
  return hits.map((hit) => ({ ...hit, word: hit.word + program }))
}

function loginHit(value: string, word: number): Hit[] {
  const user = /^[\w.@+-]{1,80}:(?=[^/\s:]{5})/.exec(value)?.[0].length ?? 0
  const password = value.slice(user)
  return user > 0 && isSecret(password) && isLikely(password) ? [{ word, start: user, end: value.length }] : []
}

/** Programs that only look at what they read, or pass it on. */
const filter =
  /^(?:[efz]?grep|rg|awk|gawk|sed|jq|yq|tr|cut|sort|uniq|wc|tee|cat|head|tail|less|more|xargs|read|fold|rev|column|paste|diff|cmp|od|xxd|hexdump|while|for|if|git|test|logger|mail|notify-send|ntfy|curl|http|psql|mysql|sqlite3|python3?|node|ruby|perl|php|bash|sh|zsh|fish)$/

/** Does a program that is not known speak of a secret among its words, so that it may read one? */
export function mayReadSecret(words: string[], program: number): boolean {
  const name = (words[program] ?? '').replace(/^.*\//s, '')
  if (filter.test(name)) return false
  const sign = /(?:pass(?:word|wd|phrase)?|secret|token|log-?in|auth|cred(?:ential)?s?|unlock|unseal)(?:$|[-=])/i
  return words.slice(program, program + 12).some((word) => sign.test(word))
}
