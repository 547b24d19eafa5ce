import type { Program } from './program.ts'
import { settings } from './setting-words.ts'
import { behind, httpWords, mysqlWords } from './special-words.ts'

/*
 * Ways to take a secret that several programs share.
 */

export const secretName = '[\\w.-]*(?:password|passwd|pass|secret|token|access_key|api_key)'

export const p: Program = { glued: ['-p'], next: ['-p'] }
export const nextP: Program = { next: ['-p'] }
export const w: Program = { glued: ['-w'], next: ['-w'] }
export const capitalP: Program = { glued: ['-P'], next: ['-P'] }
export const pw: Program = { next: ['-pw'] }
export const mysql: Program = { glued: ['-p'], none: /^--password$/, special: mysqlWords }
export const login: Program = {
  ...p,
  after: /^(?:login|user)$/,
  user: ['--creds', '--src-creds', '--dest-creds'],
  none: /^--secret$/,
}
export const redis: Program = {
  glued: ['-a'],
  next: ['-a'],
  special: behind(/^(?:auth|requirepass|masterauth)$/i),
  places: ['(?:acl|ACL) (?:setuser|SETUSER) _ on *', '(?:auth|AUTH) \\w+ *'],
}
export const samba: Program = { user: ['-U', '--user'], between: /%/ }
export const secrets: Program = { special: settings, never: /^--(?:(?:set-|update-)?secrets?)$/ }
export const snmp: Program = { next: ['-A', '-X', '-c'], glued: ['-c'] }
export const desktop: Program = { glued: ['/p:', '/pth:', '/gp:'], next: ['-p'] }
export const http: Program = { user: ['-a', '--auth'], next: ['--bearer'], special: httpWords }
