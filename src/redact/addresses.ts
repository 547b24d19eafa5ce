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
  if (text.includes('://')) ranges.push(...serviceAddresses(text))
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
  // The words that a wallet is restored from (BIP 39): 12 to 24
  /(?:seed|recovery|backup|secret)[ _-](?:phrase|words)["']?\s{0,9}[:=]\s{0,9}["']?((?:[a-z]{3,8}[ ,]{1,2}){11,23}[a-z]{3,8})/gi,
  // user:password@host, where no image's digest (name:tag@sha256:...) or package (npm:name@1) is meant
  /(?<![\w/:@.+-])(?!npm:)[A-Za-z_][\w.+-]{1,40}:((?=[^\s:@/]*\d)(?=[^\s:@/]*[A-Za-z])[^\s"'`:@/(){}]{5,80})@(?!sha\d)[A-Za-z\d][\w.-]{0,80}(?![\w@])/g,
  // Go's and PHP's names of a data source: user:password@tcp(host:3306)/db
  /(?<=[\w.-]:)([^\s"'`@/:()]{1,200})@(?:tcp|unix|udp)\(/g,
  // Oracle: jdbc:oracle:thin:user/password@host
  /jdbc:oracle:(?:thin|oci8?):[^\s"'`/@]{1,100}\/([^\s"'`@]{1,200})@/g,
  // SQL: CREATE USER x IDENTIFIED BY 'password', ALTER ROLE x WITH PASSWORD 'password', SET PASSWORD = 'password'
  /\bIDENTIFIED\s{1,20}(?:WITH\s{1,20}[\w'"`]{1,60}\s{1,20})?(?:BY|AS)\s{1,20}(?:PASSWORD\s{1,20})?\\?["']([^"'\\]+)\\?["']/gi,
  /\bIDENTIFIED\s{1,20}BY\s{1,20}([^\s"'`;()]{2,200})/gi,
  // SQLCipher
  /\bPRAGMA\s{1,20}(?:hex)?(?:re)?key\s{0,20}[=(]\s{0,20}\\?["']([^"'\\]+)\\?["']/gi,
  /\bPASSWORD\s{1,20}FOR\s{1,20}[^\s=]{1,200}\s{0,20}=\s{0,20}\\?["']([^"'\\]+)\\?["']/gi,
  // Keys of streams: rtmp://host/app/key
  /rtmps?:\/\/[^\s"'/]{1,200}\/[\w-]{1,40}\/((?=[\w-]*\d|\w{3,5}(?:-\w{3,5}){3})[\w-]{8,200})/g,
  /\bPASSWORD\s{1,20}\\?["']([^"'\\]+)\\?["']/gi,
  /\b(?:OLD_)?PASSWORD\s{0,20}\(\s{0,20}\\?["']([^"'\\]+)\\?["']/gi,
]

/** Services' addresses as Apprise writes them, which are tokens alone or behind a host. */
const serviceAddress =
  /(?<![\w+.-])(?:bark|boxcar|clicksend|d7sms|dapnet|dingtalk|discord|emby|enigma2|evolution|faast|fcm|feishu|flock|gchat|gotify|guilded|hassio?|ifttt|join|kavenegar|kumulos|lametric|lark|line|mailgun|matrix|mattermost|mmost|mmosts|msg91|msgbird|msteams|nexmo|notica|notifiarr|notifico|ntfy|ntfys|onesignal|opsgenie|pagerduty|pagertree|parsep|pbul|pjet|plivo|popcorn|pover|prowl|pushed|pushdeer|pushme|pushover|pushplus|pushsafer|pushy|psafer|qq|reddit|revolt|rocket|rockets|ryver|schan|sendgrid|ses|signals?|signl4|simplepush|sinch|slack|smseagle|sns|sparkpost|splunk|spontit|spush|strmlabs|synology|telegram|tgram|teams|techulus|threema|toasty|twilio|twist|vonage|voipms|webexteams|wecombot|whatsapp|workflow|wxteams|xbmc|zulip)s?:\/\/(?!-)([^\s"'`<>?\\]+)/g

/** What stands behind the host, if there is one; without a slash or an `@` it is the name of a channel. */
function serviceAddresses(text: string): Range[] {
  return Array.from(text.matchAll(serviceAddress), (found) => {
    const rest = found[1] ?? ''
    const host =
      /^(?:[\w.-]{1,80}\.[a-z]{2,}|localhost|\d{1,3}(?:\.\d{1,3}){3})(?::\d{1,5})?\//i.exec(rest)?.[0].length ?? 0
    const start = found.index + found[0].length - rest.length + host
    return (/[/@]/.test(rest) || tokenAlone.test(found[0])) && isSecret(rest.slice(host))
      ? [{ start, end: start + rest.length - host }]
      : []
  }).flat()
}

/** Services that need nothing but a token, and whose names no program takes for the address of a channel of its own. */
const tokenAlone =
  /^(?:pbul|prowl|spush|simplepush|psafer|pushsafer|pushme|pushdeer|pushplus|pushy|schan|opsgenie|flock|wxteams|webexteams|techulus|notica|faast|pushed)s?:/

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
