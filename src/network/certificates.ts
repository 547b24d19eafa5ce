import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError, codeOf } from '../errors.ts'

/** How certificates are known that stand in an option instead of the path of their file. */
export const certificateText = /-----BEGIN (TRUSTED )?CERTIFICATE-----/

/**
 * The certificates of a PEM file, of all such files of a folder, or of a text that holds them itself.
 *
 * @throws ConfigError it cannot be read or holds none
 */
export function readCertificates(path: string): string {
  if (certificateText.test(path)) return path
  let text: string
  try {
    text = statSync(path).isDirectory() ? folderText(path) : readFileSync(path, 'utf8')
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

/** A folder like /etc/ssl/certs has most certificates several times: alone, under their hash, and in one file of all. */
function folderText(folder: string): string {
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => !entry.isDirectory())
  const certificates = files.flatMap(({ name }) => readText(join(folder, name)).match(eachCertificate) ?? [])
  return [...new Set(certificates)].join('\n')
}

const eachCertificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

function readText(path: string): string {
  try {
    return statSync(path).isFile() ? readFileSync(path, 'utf8') : ''
  } catch {
    return ''
  }
}
