import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, it } from 'vitest'

/** From the ground up; a file imports values only from lower layers, or from its own. */
const layers = [
  [
    'errors',
    'suggest',
    'duration',
    'paths',
    'folder',
    'ownership',
    'own-file',
    'regular-file',
    'largest',
    'text',
    'fit',
    'program',
    'uuid',
    'table',
    'json',
    'markdown',
    'slack-text',
    'service-gone',
  ],
  [
    'output',
    'input',
    'network',
    'http',
    'notification',
    'message',
    'emoji',
    'template',
    'simple-commands',
    'inner-command',
    'command-pattern',
    'hours',
    'telegram-ini',
    'redact',
  ],
  ['process'],
  ['dbus', 'terminal', 'desktop'],
  ['options', 'http-options', 'mail-failure', 'backend', 'matrix', 'mqtt', 'rocketchat', 'syslog', 'webpush', 'xmpp'],
  ['backends'],
  ['config'],
  ['away'],
  ['front'],
  ['delivery'],
  ['command', 'arguments', 'shell-files', 'completion', 'timer'],
  ['doctor', 'setup'],
  ['commands', 'parser'],
  ['cli'],
  ['main'],
]

const source = resolve(import.meta.dirname, '../src')

/** A file's layer is named by its folder, or by itself if it lies on top. */
function layerOf(file: string): number {
  const top = relative(source, file).split('/')[0]?.replace(/\.ts$/, '') ?? ''
  const layer = layers.findIndex((names) => names.includes(top))
  if (layer < 0) throw new Error(`${top} has no layer`)
  return layer
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith('build/'))
    .map((file) => join(folder, file))
}

/** Files whose values a file imports, at once or later; types are free. */
function importsOf(file: string, lazy: boolean): string[] {
  const text = readFileSync(file, 'utf8')
  const found = [...text.matchAll(/^(?:import|export) (?!type )[^'";]*?from '(\.[^']+)'/gms)]
    .filter(([statement]) => !/^(?:import|export) \{(?:\s*type \w+,?)+\s*\} from/.test(statement))
    .map(([, path]) => path ?? '')
  if (lazy) found.push(...[...text.matchAll(/(?<!typeof )import\('(\.[^']+)'\)/g)].map(([, path]) => path ?? ''))
  return found.map((path) => resolve(dirname(file), path))
}

it('no file imports from a layer above it', () => {
  const upward = filesBelow(source).flatMap((file) =>
    importsOf(file, true)
      .filter((imported) => layerOf(imported) > layerOf(file))
      .map((imported) => `${relative(source, file)} -> ${relative(source, imported)}`),
  )
  expect(upward).toEqual([])
})

it('no files import each other in a circle', () => {
  const done = new Set<string>()
  const visit = (file: string, path: string[]): void => {
    if (path.includes(file)) throw new Error([...path, file].map((name) => relative(source, name)).join(' -> '))
    if (done.has(file)) return
    for (const imported of importsOf(file, false)) visit(imported, [...path, file])
    done.add(file)
  }
  for (const file of filesBelow(source)) visit(file, [])
})
