import { readFileSync } from 'node:fs'
import { ConfigError, codeOf } from '../errors.ts'

/**
 * The certificates of a PEM file.
 *
 * @throws ConfigError it cannot be read or holds none
 */
export function readCertificates(path: string): string {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new ConfigError(`ca: ${path}: ${codeOf(error) === 'ENOENT' ? 'no such file' : codeOf(error)}`)
  }
  try {
    // TLS itself passes over what it cannot read, and then knows no authority at all.
    ;new (process.getBuiltinModule('node:crypto').X509Certificate)(text)
  } catch {
    throw new ConfigError(`ca: ${path}: a PEM file of certificates was expected`)
  }
  return text
}
