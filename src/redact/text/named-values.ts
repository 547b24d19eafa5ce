import { isSecretName, isSecretVariable } from '../names.ts'
import type { Range } from '../ranges.ts'
import { isSecret, isType } from '../values.ts'

const quote = `\\\\{0,3}["']`

/**
 * A name and its value as two pairs: `{"name": "DB_PASSWORD", "value": "x"}`, Kubernetes' lines `name:` and `value:`,
 * CloudFormation's `ParameterKey` and `ParameterValue`; the type may stand between the two.
 */
const named = new RegExp(
  `(?:name|key)(?:${quote})?\\s{0,9}[:=]\\s{0,9}(?:${quote})?([\\w./-]{1,128})(?:${quote})?\\s{0,4},?\\s{1,40}` +
    `(?:(?:${quote})?(?:\\w{1,30})(?:${quote})?\\s{0,9}[:=]\\s{0,9}(?:${quote})?[\\w:./-]{1,200}(?:${quote})?,?\\s{1,40}){0,2}` +
    `(?:${quote})?(?:\\w{0,20}value|string_?value|default)(?:${quote})?\\s{0,9}[:=]\\s{0,9}(?:(${quote})([^"'\\n\\\\]{1,4000})|([^\\s"',{}[\\]]{1,4000}))`,
  'gi',
)

/** Terraform: `variable "token" { default = "x" }` */
const variable = /variable\s{1,9}"([\w-]{1,128})"\s{0,9}\{[^{}]{0,400}?default\s{0,9}=\s{0,9}"([^"\n]{1,4000})"/g

const compact = new RegExp(named.source.replaceAll('\\s{1,40}', '\\s{0,40}'), 'gi')

/** Types that say so by themselves: `"Type": "SecureString", "Value": "x"`. */
const secure =
  /["']?Type["']?\s{0,9}[:=]\s{0,9}["']?(?:SecureString|secret|password|secure)["']?,?\s{1,40}["']?Value["']?\s{0,9}[:=]\s{0,9}["']([^"'\n]{1,4000})["']/gi

const secureBehind =
  /["']?Value["']?\s{0,9}[:=]\s{0,9}["']([^"'\n]{1,4000})["'],?\s{1,40}["']?Type["']?\s{0,9}[:=]\s{0,9}["']?SecureString\b/gi

/** Values of such names. */
export function namedValues(text: string): Range[] {
  if (!/value|default/i.test(text)) return []
  const ranges: Range[] = []
  const push = (found: RegExpExecArray, value: string) => {
    const start = found.index + found[0].lastIndexOf(value)
    if (isSecret(value) && !isType(value)) ranges.push({ start, end: start + value.length })
  }
  for (const found of text.matchAll(compact)) {
    const name = (found[1] ?? '').replace(/^.*\//, '')
    if (isSecretName(name) || isSecretVariable(name)) push(found, found[3] ?? found[4] ?? '')
  }
  for (const found of text.matchAll(variable)) if (isSecretName(found[1] ?? '')) push(found, found[2] ?? '')
  for (const pattern of [secure, secureBehind]) {
    for (const found of text.matchAll(pattern)) push(found, found[1] ?? '')
  }
  return ranges
}
