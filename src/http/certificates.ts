import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError, codeOf, messageOf } from '../platform/errors.ts'
import { readRegular, readRegularFile, UnfitFile } from '../platform/regular-file.ts'

/** All authorities of a system have a quarter of this, in bytes. */
const largest = 1024 * 1024

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
    text = statSync(path).isDirectory() ? folderText(path) : readRegularFile(path, largest).toString()
  } catch (error) {
    throw new ConfigError(`ca: ${path}: ${reasonOf(error)}`)
  }
  try {
    // TLS itself passes over what it cannot read, and then knows no authority at all.
    ;new (process.getBuiltinModule('node:crypto').X509Certificate)(text)
  } catch {
    throw new ConfigError(`ca: ${path}: expected a PEM file of certificates`)
  }
  return text
}

/** A folder like /etc/ssl/certs has most certificates several times: alone, under their hash, and in one file of all. */
function folderText(folder: string): string {
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => !entry.isDirectory())
  const texts = files.map(({ name }) => readRegular(join(folder, name), largest) ?? '')
  const certificates = texts.flatMap((text) => text.match(eachCertificate) ?? [])
  return [...new Set(certificates)].join('\n')
}

const eachCertificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

function reasonOf(error: unknown): string | undefined {
  if (error instanceof UnfitFile) return messageOf(error)
  return codeOf(error) === 'ENOENT' ? 'no such file' : codeOf(error)
}
