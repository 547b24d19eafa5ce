import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A certification authority of the test's own. */
export interface Authority {
  /** Its certificate, as a PEM file. */
  file: string
  /** A certificate for a host, made when it is asked for. */
  certificate(host: string): { key: string; cert: string }
}

/** Makes an authority with openssl, in a folder that the test owns. */
export function makeAuthority(folder: string): Authority {
  const file = join(folder, 'ca.pem')
  const key = join(folder, 'ca.key')
  openssl('req', '-x509', ...newKey, '-keyout', key, '-out', file, '-days', '2', '-subj', '/CN=test authority')
  const made = new Map<string, { key: string; cert: string }>()
  return {
    file,
    certificate(host) {
      const known = made.get(host)
      if (known !== undefined) return known
      const name = join(folder, host.replace(/[^A-Za-z0-9.-]/g, '_'))
      const alternative = /^[\d.]+$/.test(host) ? `IP:${host}` : `DNS:${host}`
      writeFileSync(`${name}.ext`, `subjectAltName=${alternative}\n`)
      openssl('req', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', '/CN=test')
      const signing = ['-CA', file, '-CAkey', key, '-CAcreateserial', '-days', '2', '-extfile', `${name}.ext`]
      openssl('x509', '-req', '-in', `${name}.csr`, ...signing, '-out', `${name}.pem`)
      const pair = { key: readFileSync(`${name}.key`, 'utf8'), cert: readFileSync(`${name}.pem`, 'utf8') }
      made.set(host, pair)
      return pair
    },
  }
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' })
}
