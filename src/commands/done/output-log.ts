import { lstatSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../../platform/folder.ts'
import { withoutOurSecrets } from '../../platform/masking.ts'
import { removeQuietly } from '../../platform/own-file.ts'
import { stateFolder } from '../../platform/paths.ts'
import { shownText } from '../../process/tail.ts'
import type { WholeOutput } from '../../process/whole-output.ts'
import { redactedText } from '../../redact/lazily.ts'

/** Logs are kept for services that take no file, in milliseconds. */
const keepFor = 7 * 24 * 60 * 60_000

/** What a command wrote, as text without its secrets, as a file to attach; it also lies in the state folder. */
export async function logOf(output: WholeOutput, id: string): Promise<{ name: string; path: string; content: Buffer }> {
  const { head, tail, left } = output.parts()
  const gap = left > 0 ? `\n[... ${left} bytes left out ...]\n` : ''
  // Half a line may hold half a secret, which nobody recognizes.
  const [first, last] =
    left > 0 ? [head.subarray(0, head.lastIndexOf(10) + 1), tail.subarray(tail.indexOf(10) + 1)] : [head, tail]
  const text = `${await cleaned(left > 0 ? first : Buffer.concat([head, tail]))}${gap}${left > 0 ? await cleaned(last) : ''}`
  const content = Buffer.from(text === '' ? '' : `${text}\n`)
  const folder = stateFolder()
  if (folder === undefined) return { name: 'log.txt', path: '', content }
  const path = join(folder, 'logs', `${id}.txt`)
  keep(join(folder, 'logs'), path, content)
  return { name: 'log.txt', path, content }
}

async function cleaned(bytes: Buffer): Promise<string> {
  return bytes.length === 0 ? '' : withoutOurSecrets(await redactedText(shownText(bytes)))
}

/** Where it cannot be kept it is attached all the same. */
function keep(folder: string, path: string, content: Buffer): void {
  try {
    makeFolder(folder)
    for (const name of readdirSync(folder)) {
      const old = join(folder, name)
      if (Date.now() - lstatSync(old).mtimeMs > keepFor) removeQuietly(old)
    }
    writeFileSync(path, content, { mode: 0o600, flag: 'wx' })
  } catch {}
}
