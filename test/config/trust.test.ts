import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Option } from '../../src/backends/contract/options.ts'
import { opened } from '../../src/backends/contract/read-option.ts'
import { backends, loadBackend } from '../../src/backends/index.ts'
import { ntfy } from '../support/cli.ts'
import { temporaryHome } from '../support/home.ts'
import { loopbackServer } from '../support/server.ts'
import { smallest } from '../support/try-once.ts'

interface Named {
  backend: string
  option: string
  declared: Option
}

const all: Named[] = []
for (const backend of Object.keys(backends)) {
  const { options } = await loadBackend(backend)
  for (const [option, declared] of Object.entries(options)) all.push({ backend, option, declared })
}

/** A value that names a file or a program, if the option is one for that. */
const somePath = '/usr/share/some/thing'
const naming = all.filter(({ declared }) => opened(declared, somePath) !== undefined)

/** What `config check` says of a file with one setting of a backend, which others can write unless told otherwise. */
async function problemsWith({ backend, option }: Named, value: string, mode = 0o666): Promise<string> {
  const { home, env } = temporaryHome()
  const file = join(home, '.ntfy.yml')
  const others = smallest(await loadBackend(backend))
  const section = JSON.stringify({ ...others, backend, [option]: undefined }).replace('{', `{${option}: ${value}, `)
  writeFileSync(file, `backends: [x]\nx: ${section}\n`)
  chmodSync(file, mode)
  const { stdout } = await ntfy(['config', 'check'], { env })
  return stdout.split('\n').find((line) => line.includes(`x.${option}: may not`)) ?? ''
}

describe('a configuration that others can write', () => {
  it('is known to name programs and files by all that do', () => {
    const programs = naming.filter(({ declared }) => opened(declared, somePath) === 'program')
    expect(programs.map(({ backend, option }) => `${backend}.${option}`)).toEqual([
      'apprise.program',
      'exec.command',
      'speech.program',
      'termux.action',
    ])
    // Whoever describes an option so means that it is run, or opened.
    const meant = all.filter(({ declared }) =>
      /\b(a|the) (path of|program (to|and))|what to run|PEM file/.test(declared.details.description),
    )
    const known = new Set(naming.map(({ backend, option }) => `${backend}.${option}`))
    expect(meant.map(({ backend, option }) => `${backend}.${option}`).filter((name) => !known.has(name))).toEqual([])
  })

  const unlike = [...new Map(naming.map((one) => [`${one.option} ${one.declared.kind}`, one])).values()]
  it.each(unlike)('may not name anything by $backend $option', async (one) => {
    expect(await problemsWith(one, somePath)).toContain('mode 0666')
    if (opened(one.declared, somePath) === 'file') expect(await problemsWith(one, somePath, 0o600)).toBe('')
  })

  it.each(unlike)('nor by way of a variable that $backend $option refers to', async (one) => {
    expect(await problemsWith(one, '{env: SOME_PATH}')).toContain(one.declared.content === undefined ? 'mode 0666' : '')
  })

  it.each(['{file: /etc/hostname}', '{command: [id]}'])('may not use %s for any option', async (reference) => {
    const { home, env } = temporaryHome()
    const file = join(home, '.ntfy.yml')
    writeFileSync(file, everyOption(reference))
    chmodSync(file, 0o606)
    const { stdout } = await ntfy(['config', 'check'], { env })
    const [kind] = /\w+/.exec(reference) ?? []
    for (const [index, { option }] of all.entries()) {
      expect(stdout).toContain(`s${index}.${option}: may not use {${kind}:}: others can write ${file} (mode 0606)`)
    }
  })
})

it('only secrets and files are read from files, whoever owns the configuration', async () => {
  const { home, env } = temporaryHome()
  writeFileSync(join(home, '.ntfy.yml'), everyOption('{file: /etc/hostname}'), { mode: 0o600 })
  const { stdout } = await ntfy(['config', 'check'], { env })
  const refused = all.filter(({ option }, index) => stdout.includes(`: s${index}.${option}: may not use {file:}`))
  expect(refused).toEqual(all.filter(({ declared }) => !declared.details.secret && declared.kind !== 'path'))
})

/** A configuration with a section for each option of all backends, of names with texts for one text. */
function everyOption(value: string): string {
  const sections = all.map(({ backend, option, declared: { kind } }, index) => {
    return `s${index}: {backend: ${backend}, ${option}: ${kind === 'map' ? `{x: ${value}}` : value}}\n`
  })
  return sections.join('')
}

/** A configuration in folders of its own, linked from the usual place, and what each of its kinds of code would do. */
function lay(kind: 'exec' | 'a module' | 'a package' | 'a command') {
  const { home, env } = temporaryHome()
  const proof = join(home, 'ran')
  const folder = join(home, 'dotfiles/tools/ntfy')
  mkdirSync(join(folder, 'node_modules/mine'), { recursive: true })
  mkdirSync(join(home, '.config/ntfy'), { recursive: true })
  writeFileSync(join(folder, 'run'), `#!/bin/sh\ntouch ${proof}\n`, { mode: 0o755 })
  const code = `module.exports = () => require('node:fs').writeFileSync(${JSON.stringify(proof)}, '')\n`
  writeFileSync(join(folder, 'own.cjs'), code)
  writeFileSync(join(folder, 'node_modules/mine/package.json'), '{"main": "own.cjs"}')
  writeFileSync(join(folder, 'node_modules/mine/own.cjs'), code)
  const section = {
    exec: '{backend: exec, command: [./run]}',
    'a module': '{backend: ./own.cjs}',
    'a package': '{backend: "module:mine"}',
    'a command': '{backend: webhook, url: "http://127.0.0.1:1/", token: {command: [./run]}}',
  }[kind]
  writeFileSync(join(folder, 'ntfy.yml'), `backends: [x]\nx: ${section}\n`, { mode: 0o600 })
  // What is beside the link is not beside the configuration that it leads to.
  for (const name of ['run', 'own.cjs', 'node_modules'])
    symlinkSync(join(folder, name), join(home, '.config/ntfy', name))
  symlinkSync(join(folder, 'ntfy.yml'), join(home, '.config/ntfy/ntfy.yml'))
  return { home, folder, ran: () => existsSync(proof), send: () => ntfy(['send', '--no-queue', 'hi'], { env }) }
}

const onTheWay: [kind: 'exec' | 'a module' | 'a package' | 'a command', path: string][] = [
  ...['ntfy.yml', '.', '..', '../..', '../../.config', '../../.config/ntfy'].map((path): ['exec', string] => [
    'exec',
    path,
  ]),
  ['exec', 'run'],
  ['a command', 'run'],
  ['a command', '..'],
  ['a module', 'own.cjs'],
  ['a module', '..'],
  ['a package', 'node_modules'],
  ['a package', 'node_modules/mine'],
  ['a package', 'node_modules/mine/own.cjs'],
]

describe('all that leads to what is run', () => {
  it.each(['exec', 'a module', 'a package', 'a command'] as const)(
    '%s runs where nobody else can write',
    async (kind) => {
      const place = lay(kind)
      await place.send()
      expect(place.ran()).toBe(true)
    },
  )

  it.each(onTheWay)('%s: %s must not be open to others', async (kind, path) => {
    const place = lay(kind)
    const { folder } = place
    const real = path.startsWith('../..') ? join(place.home, path.slice(6)) : join(folder, path)
    chmodSync(real, 0o777)
    expect(await place.send()).toMatchObject({ code: 78, stderr: expect.stringContaining('others can write') })
    expect(place.ran()).toBe(false)
  })

  it.runIf(process.getuid?.() === 0).each(onTheWay)("%s: %s must not be another user's", async (kind, path) => {
    const place = lay(kind)
    const real = path.startsWith('../..') ? join(place.home, path.slice(6)) : join(place.folder, path)
    chownSync(real, 4711, 4711)
    expect(await place.send()).toMatchObject({ code: 78, stderr: expect.stringContaining('uid 4711') })
    expect(place.ran()).toBe(false)
  })
})

it('a job is not held up by any of it: its notification says so', async () => {
  const { home, env } = temporaryHome()
  const server = await loopbackServer(() => ({}))
  const key = join(home, 'key')
  writeFileSync(key, 'private', { mode: 0o600 })
  const file = join(home, '.ntfy.yml')
  writeFileSync(file, `backends: [w]\nw: {backend: webhook, url: "${server.address}", token: {file: ${key}}}\n`)
  chmodSync(file, 0o666)
  expect(await ntfy(['done', 'sh', '-c', 'exit 7'], { env })).toMatchObject({ code: 7 })
  expect(server.received).toEqual([])
  expect(readFileSync(key, 'utf8')).toBe('private')
})
