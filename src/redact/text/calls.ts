import { isSecretName, isSecretVariable } from '../names.ts'
import type { Range } from '../ranges.ts'
import { isSecret } from '../values.ts'

/** A value in quotes, also those of a text within a text. */
const value = `(?:<<)?[uLb@]?\\\\{0,3}["']((?:[^"'\\\\\\n]|\\\\(?!["'])){1,400})\\\\{0,3}["']`
const name = `\\\\{0,3}["']?([A-Za-z_][\\w.-]{0,127})\\\\{0,3}["']?`

/** `define('DB_PASSWORD', 'x')`, `putenv("TOKEN", "x")`, Erlang's `{password, "x"}` */
const named = new RegExp(
  `(?:(?:define|(?:set|put|add|append|with|insert)_?\\w{0,40}|env|setenv|putenv|headers?)\\(\\s{0,9}|\\{)${name}\\s{0,9},\\s{0,9}${value}\\s{0,9}(?:>>)?[)},]`,
  'gi',
)

/** `auth("user", "x")`, `auth=('user', 'x')`, `HTTPBasicAuth('user', 'x')`, `login('user', 'x')` */
const login = new RegExp(
  `(?:auth\\w{0,20}|login)\\s{0,3}=?\\s{0,3}\\(\\s{0,9}\\\\{0,3}["'][^"'\\\\\\n]{1,100}\\\\{0,3}["']\\s{0,9},\\s{0,9}${value}`,
  'gi',
)

/** Functions that take a password alone. */
const alone = new RegExp(
  `(?:password_hash|hashpw|hash_password|generate_password_hash|make_password|(?:set|change|check)_?password|ConvertTo-SecureString(?:\\s{1,9}-String)?|create_superuser\\(\\s{0,9}["'][^"'\\n]{1,80}["']\\s{0,9},\\s{0,9}["'][^"'\\n]{0,80}["']\\s{0,9},)[\\s(]{0,9}${value}`,
  'gi',
)

/** `changeUserPassword('me', 'x')`, `keyring.set_password("s", "u", "x")`: the last one. */
const lastOf = new RegExp(
  `(?:(?:set|change|update|reset|create|add|save|store|put)\\w{0,30}(?:password|passwd|secret|token|credential|key)s?|credentials)\\(\\s{0,9}(?:\\\\?["'][^"'\\n]{0,200}["']\\s{0,9},\\s{0,9}){1,3}${value}\\s{0,9}\\)`,
  'gi',
)

/** A list of arguments: `["login", "--password", "x"]` */
const inList = new RegExp(`["'](--?[A-Za-z][\\w.-]{1,80})["']\\s{0,9},\\s{0,9}${value}`, 'g')

/** sops: `["db"]["password"] "x"` */
const indexed = new RegExp(`\\[\\\\?["']([A-Za-z_][\\w.-]{0,127})\\\\?["']\\]\\s{1,3}${value}`, 'g')

/** Secrets that programs are given as arguments of a call. */
export function callValues(text: string): Range[] {
  if (!/["']/.test(text) || !/[({,[]|SecureString/.test(text)) return []
  const ranges: Range[] = []
  for (const found of text.matchAll(named)) {
    const [, key = '', inside = ''] = found
    if (isSecretName(inside)) continue
    if (isSecretName(key) || isSecretVariable(key)) push(ranges, found, inside)
  }
  for (const found of text.matchAll(inList)) if (isSecretName(found[1] ?? '')) push(ranges, found, found[2] ?? '')
  for (const found of text.matchAll(indexed)) if (isSecretName(found[1] ?? '')) push(ranges, found, found[2] ?? '')
  for (const pattern of [login, alone, lastOf]) {
    for (const found of text.matchAll(pattern)) push(ranges, found, found[1] ?? '')
  }
  return ranges
}

function push(ranges: Range[], found: RegExpExecArray, inside: string): void {
  if (!isSecret(inside)) return
  const start = found.index + found[0].lastIndexOf(inside)
  ranges.push({ start, end: start + inside.length })
}
