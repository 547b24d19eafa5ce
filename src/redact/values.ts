/** Words in the place of a value that say that there is none. */
const nothing =
  /^(?:true|false|enabled|disabled|null|none|nil|undefined|yes|no|on|off|redacted|<?redacted>?|~|!vault(?:\s.*)?|\*+|x{3,}|•+|…|\.\.\.|\([^()]{0,80}\)|%[sqdbv]|\\?%[sqdbv](?:\\n)?)$/i

/** What a documentation writes where a secret belongs. */
const placeholder = /^<?(?:your|insert|replace|enter|add)[-_ ](?:[a-z]+[-_ ]?){1,6}=?>?$/i

/** Is this value a secret itself, and not a reference to one, a placeholder, or nothing? */
export function isSecret(value: string): boolean {
  // Masked by its own program already, or encrypted by sops
  if (/\*{6,}|•{4,}|^ENC\[/.test(value)) return false
  return (
    value !== '' &&
    !nothing.test(value) &&
    !placeholder.test(value) &&
    !isReference(value) &&
    !/^(?:<[^<>]*>|\[[\w ]*\])$/.test(value)
  )
}

/** `$NAME`, `${NAME}`, `$(pass show x)`, `` `cat file` ``, `{{ vault }}`: what is named there stands elsewhere. */
export function isReference(value: string): boolean {
  if (/^\$(?:\w+|[*@#?$!]|\{\w+(?::?\?[^}]*|:?-)?\}|env:\w+|ENV\{\w+\})$/.test(value)) return true
  if (/^(?:fileb?|env|op|vault|bao|ssm|arn|awssm|gcpsm|azkv|keyring|pass|doppler|ref\+\w+):\/\//.test(value))
    return true
  if (/^(?:%\{[^}]*\}|![A-Z]\w*\s.{1,400}|(?:vault|ssm|secretsmanager):[\w/.-]+(?:#.*)?)$/.test(value)) return true
  if (/^(?:\{\{[^}]*\}\}|\$\{\{[^}]*\}\}|%\w+%|\{\w*\})$/.test(value)) return true
  if (value.startsWith('$(')) return value.indexOf(')') === value.length - 1 || isOneSubstitution(value)
  return value.length > 1 && value.startsWith('`') && value.indexOf('`', 1) === value.length - 1
}

/** Are the first and the last parenthesis a pair? */
function isOneSubstitution(value: string): boolean {
  let depth = 0
  for (let at = 1; at < value.length; at++) {
    if (value[at] === '(') depth++
    else if (value[at] === ')' && --depth === 0) return at === value.length - 1
  }
  return false
}

/** Is this value of a name that sounds like a secret none after all: `PWD=/tmp`, `pass: 12`, `SSH_KEY=~/.ssh/id_rsa`? */
export function isHarmless(name: string, value: string): boolean {
  if (/^-{0,2}(?:old)?pwd$/i.test(name)) return /^(?:[/~$]|\.{1,2}\/|[A-Za-z]:\\)/.test(value)
  if (/^-{0,2}pass$/i.test(name)) return /^\d{1,4}$/.test(value)
  // Kubernetes: `passwordSecret: db-secret`
  if (/secret$/i.test(name) && /^[a-z0-9]+(?:-[a-z0-9]+)*-(?:secrets?|creds|credentials|token|tls)$/.test(value))
    return true
  if (/(?:key|credentials?|creds|auth)$/i.test(name)) return isPath(value)
  return false
}

/** `~/.ssh/id_rsa`, `./key.pem`, `key.json`, `/run/secrets/key` */
export function isPath(value: string): boolean {
  if (/^(?:~|\.{1,2})\//.test(value)) return true
  if (
    /^\/(?:home|root|run|etc|var|tmp|usr|opt|srv|mnt|data|app|Users|secrets|keys|certs?|config|workspace|builds?)\//.test(
      value,
    )
  )
    return true
  return /^[\w./@ -]{1,200}\.(?:pem|key|crt|cer|der|p12|pfx|jks|json|ya?ml|toml|txt|pub|gpg|asc|env|conf|cfg|ini|kdbx?|kt|keytab|ppk)$/.test(
    value,
  )
}

/** Is this a run that nobody gives to a thing as its name: hexadecimal, or letters of both cases and digits? */
export function isRandom(value: string): boolean {
  if (/^(?:0x)?(?:[0-9a-f]{24,}|[0-9A-F]{24,})$/.test(value)) return true
  if (value.length < 12 || !/^[\w+/=.~-]+$/.test(value) || isPath(value) || /^[/~.]/.test(value)) return false
  // `order.Created.V1`
  if (/^[A-Za-z]+(?:[._-][A-Za-z]+\d{0,3})+$/.test(value)) return false
  return /\d/.test(value) && /[a-z]/.test(value) && /[A-Z]/.test(value)
}

/** Is this `user:password` in base64, as in `Authorization: Basic` (RFC 7617) and Docker's `auths`? */
export function isEncodedLogin(value: string): boolean {
  if (!/^[A-Za-z\d+/]{8,400}={0,2}$/.test(value)) return false
  return /^[\x20-\x7e]+:[\x20-\x7e]+$/.test(Buffer.from(value, 'base64').toString('latin1'))
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Could a person or a program have made this as a secret, where the words around it speak of one? */
export function isLikely(value: string): boolean {
  if (value.length < 5 || !/\d/.test(value) || !/[A-Za-z]/.test(value)) return false
  if (isPath(value) || uuid.test(value) || value.includes('://')) return false
  return !/^(?:v?\d+(?:\.\d+)+[\w.-]*|v\d+[\w-]*|\d+(?:\.\d+)?[a-zA-Z]{1,5}|\d{4}-\d\d.*|\d+(?:st|nd|rd|th)|(?:SHA256|MD5|sha\d{1,3}|md5):.*|[\w-]+\.\w{2,5}:\d.*|.*\(.*|[\d.]+:\d+.*|[\w.-]+@[\w.-]+|#?\d+[.,:;)]*)$/.test(
    value,
  )
}

/** Beginnings of what says how things stand with a secret, in the place of one. */
const statement =
  /^(?:is|are|was|were|has|have|had|must|may|can|cannot|can't|should|could|will|would|does|do|did|not|no|never|only|too|also|already|now|needs?|see|set|reset|ok|okay|using|used|via|from|for|to|in|on|at|of|by|and|or|the|a|an|this|that|your|please|required|missing|invalid|valid|wrong|incorrect|expired|expires|unauthorized|forbidden|denied|refused|rejected|accepted|unchanged|changed|updated|refreshed|refresh|refreshing|revoked|created|deleted|removed|added|saved|stored|loaded|found|hit|miss|empty|unset|unknown|unavailable|unsupported|disabled|enabled|hidden|masked|encrypted|hashed|failed|failure|success|successful|successfully|verified|matched|mismatch|rotate|rotated|rotation|generated|sent|received|unexpected|expected|protected|optional|default|deprecated|blank|n\/a|bytes|authentication|authenticated|permission)$/i

/** Types in declarations: `password: string`, `token: Optional[str]`. */
const type =
  /^(?:&?'?(?:static )?&?(?:str|string|text|number|int|integer|bool|boolean|bytes|any|unknown|object|char|varchar|void|never|optional|option|vec|token|password|secret|buffer|uint8array|symbol|date|float|double|long|list|dict|map|array|set))(?:[?!;,)>\]|[<&(].*|\s*[=|].*|\s.*)?$/i

/** Does this say something about a secret, and is none? `token: expired`, `password: must not be empty` */
export function isStatement(value: string): boolean {
  const [first = '', second] = value.split(/\s+/, 2)
  const bare = first.replace(/[.,;:!)]+$/, '')
  return (
    statement.test(bare) &&
    (second !== undefined || !/^(?:a|an|at|do|in|no|of|on|to|set|default|expected|unexpected)$/i.test(bare))
  )
}

/** Is this a type in a declaration? */
export function isType(value: string): boolean {
  return type.test(value)
}

/** How long `user:` is in `user:password`; 0 if it is something else. */
export function loginOf(value: string): number {
  const user = /^[\w.@+-]{1,80}:(?=[^/\s:]{3})(?!\d{1,5}$)/.exec(value)?.[0].length ?? 0
  return isSecret(value.slice(user)) ? user : 0
}
