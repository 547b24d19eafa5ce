import { existsSync } from 'node:fs'
import { proxyFor } from '../http/proxy.ts'
import { messageOf } from '../platform/errors.ts'
import { withoutSecrets } from '../platform/masking.ts'
import type { Check, Finding } from './finding.ts'

/** The proxy of the environment, and the authorities that are trusted. */
export const network: Check = () => [proxy(), ...authorities()]

function proxy(): Finding {
  try {
    const found = proxyFor(new URL('https://example.org'))
    const text = found === undefined ? 'no proxy for https addresses' : `through the proxy ${found.host}`
    return { check: 'network', ok: true, text }
  } catch (error) {
    const todo = 'https_proxy=http://host:port'
    return { check: 'network', ok: false, text: withoutSecrets(messageOf(error)), todo, broken: true }
  }
}

function authorities(): Finding[] {
  const extra = process.env['NODE_EXTRA_CA_CERTS']
  const found: Finding[] = []
  if (extra && !existsSync(extra)) {
    const text = `NODE_EXTRA_CA_CERTS names ${extra}, which is not there`
    found.push({ check: 'network', target: 'ca', ok: false, text, todo: 'unset it, or fix the path' })
  } else if (extra) {
    const text = `NODE_EXTRA_CA_CERTS adds ${extra}; it slows every start of Node 20 (the option ca does not)`
    found.push({ check: 'network', target: 'ca', ok: true, text })
  }
  if (process.env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    const text = 'NODE_TLS_REJECT_UNAUTHORIZED=0: no certificate is verified'
    found.push({ check: 'network', target: 'ca', ok: false, text, todo: 'unset it, and use the option ca' })
  }
  return found
}
