/** A name that every secret has in it or beside it, in small letters, ... */
const names = [
  ...['register', 'pass', 'pwd', 'secret', 'token', 'key', 'auth', 'cookie', 'cred', 'ident', 'login', 'psk', 'user'],
  ...['sqlplus', 'pdp', 'sqlldr', 'unlock', 'unseal', 'attach', 'obscure', 'isql', 'unwrap', 'onesixtyone', 'alias'],
  ...['write', 'connect', 'recover', 'net ', 'bearer', 'jwt', 'community', 'mnemonic', 'rman', 'exp ', 'ixp '],
  ...['config', 'encrypt', 'set', 'admins ', 'input text', 'phrase', 'irssi', 'pragma', 'securestring', 'show', 'once'],
  ...['--value', '--data', '--body', '--plaintext', '--base64', '--session', '--otp'],
]

/** ... or a long run, a pair, an address, a flag, a pipe. With the names in it, it would take half a millisecond to compile. */
const shape = /[\w+/-]{16}|[=|<]|:\S*[:@]|\/\S*@|:\/\/|\s[-/]\w|-----|pw\b|code\b/i

/** Is this one of the many short texts that need no closer look? They are not to pay for its preparation. */
export function isPlain(text: string): boolean {
  if (text.length >= 1024 || shape.test(text)) return false
  const small = text.toLowerCase()
  return !names.some((name) => small.includes(name))
}
