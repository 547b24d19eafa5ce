import { isSecretName, isSecretVariable } from '../names.ts'
import type { Range } from '../ranges.ts'
import { isSecret, isStatement } from '../values.ts'

/** A string of these shells, unless something is put into it. */
const string = String.raw`(?:"([^"\n$]{2,400})"|'([^'\n]{2,400})')`

/** nushell, PowerShell, xonsh: `$env.API_TOKEN = "x"`, `$env:API_TOKEN = 'x'`, `$TOKEN = 'x'`, `let token = "x"` */
const quoted = new RegExp(
  String.raw`(?<![\w.])(?:\$\{?(?:env[.:])?|(?:let-env|let|mut|const)[ \t]{1,9})([A-Za-z_][\w-]{0,80})\}?[ \t]{1,9}=[ \t]{1,9}${string}`,
  'gi',
)

/** elvish, whose words need no quotes: `set E:API_TOKEN = x`. Other languages have `var`: there a digit has to be in it. */
const bare =
  /(?<![\w.])(?:set E:|var (?=\S{1,81} = (?=\S*\d)[\w!#%+/@^~-]+(?:\s|$)))([A-Za-z_][\w-]{0,80}) = ([^\s"'$({[;|&)]{2,400})(?=[\s;|]|$)/g

/** nushell: `with-env {API_TOKEN: "x"} {...}`, `load-env {API_TOKEN: x}` */
const record = /(?:with|load)-env[ \t]{1,9}[{[]([^}\]\n]{1,800})/g
const entry = /([A-Za-z_][\w-]{0,80})["']?[ \t]{0,9}:[ \t]{0,9}["']?([^\s"',$(]{2,400})/g

/** PowerShell: `ConvertTo-SecureString 'x' -AsPlainText -Force` */
const secureString = new RegExp(
  String.raw`ConvertTo-SecureString[ \t]{1,9}(?:-String[ \t]{1,9})?(?:${string}|([^\s"'$(-][^\s"'|;]{1,400}))`,
  'gi',
)

/** Secrets that nushell, elvish, xonsh and PowerShell set: with blanks around the sign, or in a record. */
export function shellVariables(text: string): Range[] {
  const ranges: Range[] = []
  const assignments = / = /.test(text) ? [quoted, bare] : []
  for (const found of assignments.flatMap((pattern) => [...text.matchAll(pattern)])) {
    if (holdsSecret(found[1])) ranges.push(...lastIn(found, 2))
  }
  if (/SecureString/i.test(text)) {
    for (const found of text.matchAll(secureString)) ranges.push(...lastIn(found, 1))
  }
  if (!/(?:with|load)-env/.test(text)) return ranges
  for (const { 0: whole, 1: inside = '', index } of text.matchAll(record)) {
    const offset = index + whole.length - inside.length
    for (const found of inside.matchAll(entry)) {
      if (holdsSecret(found[1])) ranges.push(...lastIn(found, 2, offset))
    }
  }
  return ranges
}

function holdsSecret(name = ''): boolean {
  return isSecretName(name) || isSecretVariable(name)
}

/** The value is the last that a pattern found. */
function lastIn(found: RegExpMatchArray, from: number, offset = 0): Range[] {
  const value = found.slice(from).find((one) => one !== undefined) ?? ''
  const start = offset + (found.index ?? 0) + found[0].lastIndexOf(value)
  return isSecret(value) && !isStatement(value) ? [{ start, end: start + value.length }] : []
}
