import { isSecretName, isSecretVariable } from '../names.ts'
import type { Range } from '../ranges.ts'
import { isLikely, isSecret, isStatement } from '../values.ts'
import { shellVariables } from './shell-variables.ts'

/** Lines of settings: a name, blanks, and its value, and nothing else. */
const line = /^([ \t]{0,40})([A-Za-z_][\w.-]{1,80})([ \t]{1,60})(["']?)([^\s"']{2,400})["']?;?[ \t]*$/gm

/** Names that have no other meaning, whatever follows. */
const certain =
  /^(?:secret_id|requirepass|masterauth|bindpw|rootpw|rootbindpw|wpa-psk|wpa-passphrase|ldap_default_authtok|proxy_password|smtp_password|http_password|sasl_passwd|psk|rpcpassword|AuthUserPass)$/i

/** Instructions that set a variable: Docker's ENV and ARG, Apache's SetEnv. */
const variable =
  /(?:^|[ \t])(?:ENV|ARG|SetEnv|setenv|fastcgi_param|Environment)[ \t]{1,9}([A-Za-z_]\w{0,80})[ \t]{1,20}(["']?)([^\n"']{1,400})/gm

/** Routers: `enable secret 5 x`, `username me password 7 x` */
const router =
  /(?<![\w-])(?:password|secret|key|md5|pre-shared-key)[ \t]{1,9}(?:\d|ascii-text|hex|encrypted|local)[ \t]{1,9}["']?(?=[^\s"']*[\d$])([^\s"']{2,200})/gi

/** `snmp-server community x`, `community x ro` */
const community =
  /(?<![\w-])(?:snmp-server community[ \t]{1,9}|community[ \t]{1,9}(?=\S{1,200}[ \t]{1,9}(?:ro|rw)\b))["']?([^\s"']{2,200})/gi

/** redis-cli's prompt: `127.0.0.1:6379> AUTH x` */
const redis = />[ \t]AUTH[ \t]{1,9}(?:[\w-]{1,80}[ \t]{1,9})?(\S{2,200})/g

/** debconf(7): `mysql-server mysql-server/root_password password x` */
const debconf = /[\w-]\/[\w-]{0,60}password(?:_again)?[ \t]{1,9}password[ \t]{1,9}([^\s"']{2,200})/g

/** FTP: `USER me` and `PASS x`, and ftp(1)'s `user me x` before its other commands. */
const ftp =
  /^(?:(?:quote[ \t]{1,9})?PASS[ \t]{1,9}(?=\S{0,200}\d)|(?:quote[ \t]{1,9})?USER[ \t]{1,9}\S{1,80}\n(?:quote[ \t]{1,9})?PASS[ \t]{1,9}|user[ \t]{1,9}\S{1,80}[ \t]{1,9}(?=\S{1,200}\n(?:put|get|cd|bin|ascii|mput|mget|lcd|quote|passive|prompt|ls|dir)\b))(\S{2,200})/gm

/** What a CI system is to hide: GitHub's `::add-mask::x`, Azure's `issecret=true]x`. */
const hidden = /(?:::add-mask::|issecret=true\])([^\n]{1,400})/g

/** expect(1): `expect "assword:"; send "x\\r"` */
const answer =
  /(?:ass(?:word|phrase|code)|oken|ecret|[Pp]in)\b[^;\n]{0,80}[;\n}{][\s}{]{0,20}(?:exp_)?send\s{1,9}(?:--\s{1,9})?\\?["{]?([^"{}\\;\s]{1,200})/g

/** ~/.pgpass: `host:port:database:user:password` */
const pgpass =
  /(?<![\w./:-])[\w.*-]{1,200}:(?:\d{4,5}|\*):(?:[A-Za-z_][\w-]{0,80}|\*):[\w.@*-]{1,80}:(?!\d+(?!\S))([^\s"'`:]{1,200})(?=["'`\s\\]|$)/gm

/** Escaped in addresses: `password%3Dx%26` */
const escaped = /([A-Za-z_][\w-]{0,60})%3[dD]((?:[\w.~!*+-]|%(?!26)[0-9A-Fa-f]{2}){1,400})/g

/** SQL: `INSERT INTO t (name, password) VALUES ('me', 'x')` */
const insert = /\bINTO\s{1,9}[\w."`[\]]{1,120}\s{0,9}\(([^()\n]{1,800})\)\s{0,9}VALUES\s{0,9}\(([^()\n]{1,4000})\)/gi

/** Each with a sign that it may be there. */
const forms: [RegExp, RegExp][] = [
  [/(?:password|secret|key|md5)[ \t]+\S+[ \t]/i, router],
  [/community[ \t]/i, community],
  [/password[ \t]+password/, debconf],
  [/> AUTH /, redis],
  [/^(?:PASS|USER|user|quote)[ \t]/m, ftp],
  [/::add-mask::|issecret=/, hidden],
  [/:(?:\d{4,5}|\*):/, pgpass],
  [/send\s/, answer],
]

/** Secrets in lines of settings and in what else has a form of its own. */
export function directiveValues(text: string): Range[] {
  const ranges: Range[] = []
  const push = (found: RegExpExecArray, value: string) => {
    const start = found.index + found[0].lastIndexOf(value)
    if (isSecret(value)) ranges.push({ start, end: start + value.length })
  }
  for (const found of text.matchAll(line)) {
    const [, , name = '', gap = '', , value = ''] = found
    if (certain.test(name) ? !isStatement(value) : isSecretName(name) && isDirective(name, gap, value))
      push(found, value)
  }
  for (const found of text.matchAll(variable)) {
    const [, name = '', , value = ''] = found
    if (isSecretName(name) || isSecretVariable(name)) push(found, value.trimEnd())
  }
  return [...ranges, ...formValues(text)]
}

/** Secrets in what has a form of its own, wherever it stands. */
export function formValues(text: string): Range[] {
  const ranges = shellVariables(text)
  const push = (found: RegExpExecArray, value: string) => {
    const start = found.index + found[0].lastIndexOf(value)
    if (isSecret(value)) ranges.push({ start, end: start + value.length })
  }
  for (const [sign, pattern] of forms) {
    if (sign.test(text)) for (const found of text.matchAll(pattern)) push(found, found[1] ?? '')
  }
  if (/%3d/i.test(text)) {
    for (const found of text.matchAll(escaped)) if (isSecretName(found[1] ?? '')) push(found, found[2] ?? '')
  }
  if (/INTO\s/i.test(text)) for (const found of text.matchAll(insert)) ranges.push(...insertedValues(found))
  return ranges
}

function isDirective(name: string, gap: string, value: string): boolean {
  if (isStatement(value)) return false
  return isLikely(value) && (gap.length > 1 || gap === '\t' || /[_-]/.test(name) || !/\(/.test(value))
}

function insertedValues(found: RegExpExecArray): Range[] {
  const [whole, columns = '', values = ''] = found
  const wanted = columns.split(',').map((column) => isSecretName(column.trim().replace(/^["'`[]|["'`\]]$/g, '')))
  const start = found.index + whole.lastIndexOf(values)
  let index = 0
  return Array.from(values.matchAll(/'((?:[^'\\]|''|\\.){0,400})'|"([^"\\]{0,400})"|[^,'"\s][^,]{0,400}/g)).flatMap(
    ({ 1: single, 2: double, index: at }) => {
      const value = single ?? double
      const isWanted = wanted[index++]
      return isWanted && value !== undefined && isSecret(value)
        ? [{ start: start + at + 1, end: start + at + 1 + value.length }]
        : []
    },
  )
}
