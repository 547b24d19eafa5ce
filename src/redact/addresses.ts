import type { Range } from './ranges.ts'
import { isSecret } from './values.ts'

/** Passwords in addresses (`postgres://user:password@host`) and in what databases use instead of one. */
export function passwordsIn(text: string): Range[] {
  const ranges: Range[] = []
  for (let at = text.indexOf('://'); at >= 0; at = text.indexOf('://', at + 3)) {
    if (/[A-Za-z0-9]/.test(text[at - 1] ?? '')) {
      ranges.push(...userInfo(text, at + 3, /https?$/i.test(text.slice(Math.max(0, at - 5), at))))
    }
  }
  for (const pattern of otherForms) {
    for (const found of text.matchAll(pattern)) {
      const value = found[1] ?? ''
      const start = found.index + found[0].lastIndexOf(value)
      if (isSecret(value)) ranges.push({ start, end: start + value.length })
    }
  }
  return ranges
}

const otherForms = [
  // Go's and PHP's names of a data source: user:password@tcp(host:3306)/db
  /(?<=[\w.-]:)([^\s"'`@/:()]{1,200})@(?:tcp|unix|udp)\(/g,
  // Oracle: jdbc:oracle:thin:user/password@host
  /jdbc:oracle:(?:thin|oci8?):[^\s"'`/@]{1,100}\/([^\s"'`@]{1,200})@/g,
  // SQL: CREATE USER x IDENTIFIED BY 'password', ALTER ROLE x WITH PASSWORD 'password', SET PASSWORD = 'password'
  /\bIDENTIFIED\s{1,20}(?:WITH\s{1,20}[\w'"`]{1,60}\s{1,20})?(?:BY|AS)\s{1,20}(?:PASSWORD\s{1,20})?\\?["']([^"'\\]+)\\?["']/gi,
  /\bPASSWORD\s{1,20}\\?["']([^"'\\]+)\\?["']/gi,
  /\b(?:OLD_)?PASSWORD\s{0,20}\(\s{0,20}\\?["']([^"'\\]+)\\?["']/gi,
]

/** Where an address ends. */
const addressEnd = /[\s"'`<>\\]/

/** Longest user and password that are looked for, in characters. */
const longestUser = 512

function userInfo(text: string, from: number, web: boolean): Range[] {
  const near = text.slice(from, from + longestUser)
  const end = near.search(addressEnd)
  const whole = end < 0 ? near : near.slice(0, end)
  const authority = /^[^/?#]*/.exec(whole)?.[0] ?? ''
  const colon = whole.indexOf(':')
  let at = authority.lastIndexOf('@')
  // A slash or question mark in a password should have been encoded; a port is made of digits.
  if (at < 0 && colon > 0 && colon < authority.length && !/^:\d*(?:[/?#]|$)/.test(whole.slice(colon))) {
    at = whole.indexOf('@', colon)
  }
  if (at < 0) return []
  const hasPassword = colon >= 0 && colon < at
  const user = whole.slice(0, hasPassword ? colon : at)
  const password = hasPassword ? whole.slice(colon + 1, at) : ''
  const ranges: Range[] = []
  if (hasPassword && isSecret(password) && password !== 'x-oauth-basic') {
    ranges.push({ start: from + colon + 1, end: from + at })
  }
  // A service's key may stand in the place of the user.
  const alone = password === '' || password === 'x-oauth-basic'
  if (web && alone && (hasPassword || isToken(user)) && isSecret(user)) {
    ranges.push({ start: from, end: from + user.length })
  }
  return ranges
}

/** People and organisations have shorter names, or such without digits and capitals: `https://me2024@host`. */
function isToken(user: string): boolean {
  if (!/^[\w.~%+-]{10,}$/.test(user)) return false
  if (user.length >= (/\d/.test(user) ? 16 : 24)) return true
  return /\d/.test(user) && /[a-z]/.test(user) && /[A-Z]/.test(user)
}
