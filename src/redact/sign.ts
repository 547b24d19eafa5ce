/** What every secret has in it or beside it: a long run, a name that says so, a pair, an address, a flag, a pipe. */
const anySign =
  /[\w+/-]{16}|[=|<]|:\S*:|register|:\S*@|\/\S*@|:\/\/|\s[-/]\w|\s--(?:value|data|body|plaintext|base64|session|otp)|irssi|pragma|securestring|set-user|show|once|pass|pwd|secret|token|key|auth|cookie|cred|ident|login|psk|pw\b|user|sqlplus|pdp|sqlldr|-----|unlock|unseal|attach|obscure|isql|unwrap|onesixtyone|alias|write|connect|recover|net |bearer|jwt|code\b|community|mnemonic|rman|[ei]xp |config|encrypt|set|admins |input text|phrase/i

/** Is this one of the many short texts that need no closer look? They are not to pay for its preparation. */
export function isPlain(text: string): boolean {
  return text.length < 1024 && !anySign.test(text)
}
