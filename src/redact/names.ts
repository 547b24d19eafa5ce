/** Longest name that is looked at, in characters: of a longer one the end decides. */
const longestName = 128

/** A word that says "secret" wherever a name ends with it, also without a separator (`PGPASSWORD`, `authtoken`). */
const ending = /(?:password|passwd|passphrase|passcode|secret|token|apikey|accesskey|secretkey|authkey)$/

/** Words that say so only as a word of their own, or in these compounds: `bypass` and `compass` hold no secret. */
const word =
  /^(?:pass|pwd|pat|(?:ssh|my|pg|db|sql|mysql|user|root|admin|store|key|trust|smtp|imap|mail|ftp|http|web|proxy|ldap|redis|basic)(?:pass|pwd))$/

/** What a key belongs to that opens something; other keys sort, index or name a file. */
const keyOwner =
  /^(?:api|access|secret|auth|account|subscription|master|consumer|app|application|shared|sharedaccess|storage)$/

/** Names that end in none of these words and hold secrets all the same. */
const others = /^(?:rediscli-auth|secret-key-base|secret-access-key|requirepass|masterauth|credential)$/

/** In front of such a word they make a count, a question or a name of what is public. */
const harmless =
  /^(?:max|min|num|n|count|ask|no|public|has|is|with|without|next|skip|use|prompt|show|require|requires)$/

/** Does a flag, key or variable of this name hold a secret? `dbPassword`, `X-Api-Key`, `client_secret`, `--auth-token`. */
export function isSecretName(name: string): boolean {
  if (!lastLetter.test(name)) return false
  const known = judged.get(name)
  if (known !== undefined) return known
  const secret = judge(wordsOf(name)) || /(?:^|[^A-Za-z])_auth$/.test(name)
  if (judged.size < mostJudged) judged.set(name, secret)
  return secret
}

/** No other letter ends a name that says so. */
export const lastLetter = /[dehlnsty\d]$/i

/** Names that were judged before: a line may have thousands of pairs, and they have few names. */
const judged = new Map<string, boolean>()
const mostJudged = 1000

function judge(words: string[]): boolean {
  const last = words.at(-1) ?? ''
  const before = words.at(-2) ?? ''
  if (harmless.test(words.length > 2 && last === 'key' ? (words.at(-3) ?? '') : before)) return false
  if (/^(?:ask|no|prompt|with|without)$/.test(words[0] ?? '')) return false
  if (ending.test(last) || word.test(last)) return true
  if (last === 'key' && keyOwner.test(before)) return true
  return others.test(words.slice(-3).join('-')) || others.test(last)
}

/** The same for a variable of the environment, where every `..._KEY` is taken for one. */
export function isSecretVariable(name: string): boolean {
  return (
    isSecretName(name) || (/^[A-Z0-9_]+_(?:KEY|PAT|CREDENTIALS?_JSON)$/.test(name) && !/(?:^|_)PUBLIC_KEY$/.test(name))
  )
}

function wordsOf(name: string): string[] {
  return name
    .slice(-longestName)
    .replace(/\d+$/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .toLowerCase()
    .split(/[-_.]+/)
    .filter(Boolean)
}
