import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { chunks } from '../src/build/chunks.ts'

/** The rooms of the house, from the ground up; a file imports only from lower rooms, or from its own. */
const rooms = [
  'platform',
  'start',
  'notification',
  'command-line',
  'redact',
  'process',
  'http',
  'terminal',
  'desktop',
  'shell',
  'backends',
  'away',
  'config',
  'history',
  'outbox',
  'inbox',
  'rules',
  'running',
  'delivery',
  'incoming',
  'agents',
  'cli',
  'doctor',
  'setup',
  'commands',
]

const source = resolve(import.meta.dirname, '../src')

/** A file's room is its folder; above them all are the entries. */
function floorOf(file: string): number {
  const [room = ''] = relative(source, file).split('/')
  if (room === 'main.ts' || room === 'entry.ts') return rooms.length
  const floor = rooms.indexOf(room)
  if (floor < 0) throw new Error(`${relative(source, file)} is in no room`)
  return floor
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith('build/'))
    .map((file) => join(folder, file))
}

/** The files that a file imports, at once or later, values or types. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  const found = [...text.matchAll(/^(?:import|export)\s[^'";]*?from '(\.[^']+)'|import\('(\.[^']+)'\)/gms)]
  return found.map(([, at, later]) => resolve(dirname(file), at ?? later ?? ''))
}

it('every room of the list is there', () => {
  const folders = readdirSync(source, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  expect(folders.map(({ name }) => name).sort()).toEqual([...rooms, 'build', 'man'].sort())
})

it('the chunks of the build name rooms and files that are there', () => {
  for (const { rooms, also, later } of chunks) {
    const gone = [...rooms, ...[...also, ...later].map((file) => `${file}.ts`)].filter(
      (path) => !existsSync(join(source, path)),
    )
    expect(gone).toEqual([])
  }
})

it('no file imports from a room above its own', () => {
  const upward = filesBelow(source).flatMap((file) =>
    importsOf(file)
      .filter((imported) => floorOf(imported) > floorOf(file))
      .map((imported) => `${relative(source, file)} -> ${relative(source, imported)}`),
  )
  expect(upward).toEqual([])
})

it('no files import each other in a circle', () => {
  const done = new Set<string>()
  const visit = (file: string, path: string[]): void => {
    if (path.includes(file)) throw new Error([...path, file].map((name) => relative(source, name)).join(' -> '))
    if (done.has(file)) return
    for (const imported of importsOf(file)) visit(imported, [...path, file])
    done.add(file)
  }
  for (const file of filesBelow(source)) visit(file, [])
})
