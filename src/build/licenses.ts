import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/**
 * The licence texts of what a bundle has taken in, which most licences ask for: of packages, and of a folder of ours
 * with another's work in it and its licence beside it.
 */
export function licenseTexts(moduleIds: Iterable<string>): string {
  const packages = new Set<string>()
  const adapted = new Set<string>()
  for (const id of moduleIds) {
    const folder = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id)?.[0].replace(/^\0/, '')
    if (folder === undefined) {
      if (/\/src\//.test(id) && existsSync(join(dirname(id), 'LICENSE'))) adapted.add(dirname(id))
    } else if (existsSync(join(folder, 'package.json'))) packages.add(folder)
  }
  const texts = [...[...packages].sort().map(licenseText), ...[...adapted].sort().map(adaptedText)]
  return texts.join('\n')
}

function adaptedText(folder: string): string {
  return section(`${basename(folder)} (adapted)`, readFileSync(join(folder, 'LICENSE'), 'utf8'))
}

function licenseText(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
    string,
    string
  >
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
  return section(`${name} ${version} (${license})`, file === undefined ? '' : readFileSync(join(folder, file), 'utf8'))
}

function section(title: string, text: string): string {
  return `${title}\n\n${text.trim()}\n\n${'-'.repeat(80)}\n`
}
