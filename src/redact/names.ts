/** Longest name that is looked at, in characters: of a longer one the end decides. */
const longestName = 128

/** A word that says "secret" wherever a name ends with it, also without a separator (`PGPASSWORD`, `authtoken`). */
const ending =
  /(?:password|passwd|passphrase|passcode|secret|token|apikey|accesskey|secretkey|authkey|phpsessid|jsessionid|(?:activation|licen[cs]e|encryption|session|master|account|storage|shared|subscription)key)$/

/** Words that say so only as a word of their own, or in these compounds: `bypass` and `compass` hold no secret. */
const word =
  /^(?:pass|pwd|pw|pat|psk|jwt|bearer|mnemonic|(?:ssh|my|pg|db|sql|mysql|user|root|admin|(?:src|dest|source|new|old|trust)?(?:store|key)|ks|trust|smtp|imap|mail|ftp|http|web|proxy|ldap|redis|basic|bind|login|remote|new|old|become|sudo|vault|rpc|os|su|dbuser|smb|cifs|samba|rdp|vnc|nas|wi-?fi|cert|pfx|p12|jks|snmp|ipmi|bmc|esx|vpn|kafka|mq|amqp|mongo|elastic|grafana|jenkins|git|svn|ansible|priv|enc|zip|pdf|wp)(?:pass|pwd|pw))$/

/** What a key belongs to that opens something; other keys sort, index or name a file. */
const keyOwner =
  /^(?:api|access|secret|auth|account|subscription|master|consumer|app|application|shared|sharedaccess|storage|encryption|decryption|encrypt|signing|session|license|licence|registration|activation|recovery|unseal|preshared|functions|function|integration|ingest|ingestion|webhook|setup|c|hmac|jwt|wandb|openai|anthropic|hf|huggingface|gemini|mistral|cohere|datadog|stripe|sentry|algolia|sendgrid|mailgun|twilio|pusher|write|geniekey|totp|otp|wpa|wep|bot|admin)$/

/** Names that end in none of these words and hold secrets all the same. */
const others =
  /^(?:rediscli-auth|secret-key-base|secret-access-key|access-key-secret|requirepass|masterauth|credential|secret-(?:string|value|text|data)|secretstring|password-value|token-value|client-key-data|dockerconfigjson|bw-session|seed-phrase|recovery-(?:code|phrase)|session-cookie|_auth|npm-auth|basic-auth-password|pass-phrase|pre-shared-key)$/

/** In front of such a word they make a count, a question or a name of what is public. */
const harmless =
  /^(?:max|min|num|n|count|ask|no|public|has|is|with|without|next|skip|use|prompt|show|require|requires|required|existing|disabled|enabled|disable|enable|page|continuation|starting|pagination|sync|cursor|pad|eos|bos|unk|sep|cls|mask|stop|special|total|completion|allow|empty|stdin)$/

/** As the first word of a name they make a question of it: `--with-password`, `USE_TOKEN`, `enableAccessToken`. */
const question =
  /^(?:ask|no|prompt|with|without|use|enable|disable|has|is|allow|require|requires|show|skip|save|generate|store)$/

/** Variables of the environment that end in `_KEY` and open nothing. */
const openingNothing =
  /(?:^|_)(?:PUBLIC|PUB|CACHE|PARTITION|PRIMARY|FOREIGN|SORT|RANGE|ROUTING|HASH|GROUP|OBJECT|ROW|INDEX|UNIQUE|HOST|LOOKUP|S3|BUCKET|IDEMPOTENCY|DEDUP|ORDER|ISSUE|PROJECT|MAP|REGISTRY|META|HOT|COMPOSE|ANY|PREFIX|CONFIG|JSON|DICT|STATE|LOCK|CONTEXT|METRIC|LABEL|TAG|FILE|DEPLOY|ARROW|MODIFIER|LEADER|TOGGLE|PUSH_TO_TALK)_KEY$/

/** Does a flag, key or variable of this name hold a secret? `dbPassword`, `X-Api-Key`, `client_secret`, `--auth-token`. */
export function isSecretName(name: string): boolean {
  if (!lastLetter.test(name)) return false
  const known = judged.get(name)
  if (known !== undefined) return known
  // Gradle's `-PsigningKey=x`, where `-Password` is a flag
  const property = /^-P[a-z]/.test(name) ? name.slice(2) : name
  const secret = judge(wordsOf(name)) || judge(wordsOf(property)) || /(?:^|[^A-Za-z])_auth$/.test(name)
  if (judged.size < mostJudged) judged.set(name, secret)
  return secret
}

/** No other letter ends a name that says so. */
export const lastLetter = /[acdeghklnrstwy\d]$/i

/** Names that were judged before: a line may have thousands of pairs, and they have few names. */
const judged = new Map<string, boolean>()
const mostJudged = 1000

function judge(words: string[]): boolean {
  const last = words.at(-1) ?? ''
  const before = words.at(-2) ?? ''
  if (harmless.test(words.length > 2 && last === 'key' ? (words.at(-3) ?? '') : before)) return false
  if (words.length > 1 && question.test(words[0] ?? '') && !(words[0] === 'with' && words.length > 2)) return false
  if (ending.test(last) || word.test(last)) return true
  if (last === 'key' && keyOwner.test(before)) return true
  return others.test(words.slice(-3).join('-')) || others.test(words.slice(-2).join('-')) || others.test(last)
}

/** The same for a variable of the environment, where nearly every `..._KEY` is taken for one. */
export function isSecretVariable(name: string): boolean {
  if (isSecretName(name) || name.startsWith('TF_TOKEN_')) return true
  return /^[A-Z0-9_]+_(?:KEY|PAT|CREDENTIALS?_JSON)$/.test(name) && !openingNothing.test(name)
}

/** Names of what may be a secret, or as well an id, a path or a kind: the value has to look like a secret, too. */
export function isDoubtfulName(name: string): boolean {
  if (
    !/(?:key|auth|authorization|salt|credentials?|creds|signature|cookie|session|seed|pin|psk|hash|webhook)$/i.test(
      name,
    )
  )
    return false
  const words = wordsOf(name)
  const last = words.at(-1) ?? ''
  if (/^--?key$/.test(name)) return true
  if (last === 'key')
    return words.length > 1 && (words.at(-2) === 'routing' || !openingNothing.test(words.join('_').toUpperCase()))
  return /^(?:auth|authorization|salt|credentials?|creds)$/.test(last)
}

/** Names whose value may be `user:password`. */
export function isLoginName(name: string): boolean {
  return /(?:^|[-_.A-Za-z])(?:auth|creds?|credentials?|userpass|userpwd|userinfo|login|basic)$/i.test(name)
}

function wordsOf(name: string): string[] {
  return name
    .slice(-longestName)
    .replace(/^-D(?=\w)/, '')
    .replace(/\d+$/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .toLowerCase()
    .split(/[-_.:/]+/)
    .filter(Boolean)
}
