import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ntfy, ntfyBin, run } from '../support/cli.ts'
import { temporaryHome } from '../support/home.ts'
import { waitFor } from '../support/wait.ts'

/** A home, a program that can be named, and whether it has run. */
function place(script = 'exit 0') {
  const { home, env } = temporaryHome()
  const ran = join(home, 'ran')
  const program = join(home, 'program')
  writeFileSync(program, `#!/bin/sh\necho ran >>${ran}\n${script}\n`, { mode: 0o755 })
  const outbox = join(home, '.local/state/ntfy/outbox')
  const kept = () =>
    existsSync(outbox)
      ? readdirSync(outbox)
          .filter((file) => /^\d{14}-/.test(file))
          .map((file) => join(outbox, file))
      : []
  const times = () => (existsSync(ran) ? readFileSync(ran, 'utf8').trim().split('\n').length : 0)
  return { home, env, program, outbox, kept, times }
}

/** A delivery as it could lie in the outbox. */
function delivery(backend: string, options: object, changes: object = {}): string {
  const past = new Date(Date.now() - 60_000).toISOString()
  const origin = { user: 'u', host: 'h', cwd: '/' }
  const notification = {
    id: 'n',
    time: past,
    source: 'send',
    title: 't',
    message: 'm',
    priority: 'default',
    tags: [],
    origin,
  }
  const fixed = { version: 1, id: 'one', created: past, next: past, tries: 0, state: 'waiting', notification }
  return JSON.stringify({ ...fixed, target: backend, backend, options, ...changes })
}

describe('a program that only a file of the outbox names is not run', () => {
  it.each([
    ['exec', (program: string) => ({ command: [program] })],
    ['speech', (program: string) => ({ program })],
    ['apprise', (program: string) => ({ program, urls: ['json://localhost'] })],
  ])('by %s', async (backend, options) => {
    const { env, program, outbox, kept, times } = place()
    mkdirSync(outbox, { recursive: true, mode: 0o700 })
    writeFileSync(join(outbox, '01700000000000-one.json'), delivery(backend, options(program)), { mode: 0o600 })
    const { code, stderr } = await ntfy(['queue', 'flush'], { env })
    expect([code, times(), kept().length]).toEqual([78, 0, 1])
    expect(stderr).toContain('name it in a configuration file')
  })

  it('nor where a configuration names another one for its target', async () => {
    const { home, env, program, outbox, times } = place()
    const config = join(home, '.ntfy.yml')
    writeFileSync(config, 'mine: {backend: exec, command: ["true"]}\n', { mode: 0o600 })
    mkdirSync(outbox, { recursive: true, mode: 0o700 })
    const changes = { target: 'mine', config }
    writeFileSync(join(outbox, '01700000000000-one.json'), delivery('exec', { command: [program] }, changes), {
      mode: 0o600,
    })
    expect(await ntfy(['queue', 'flush'], { env })).toMatchObject({ code: 78 })
    expect(times()).toBe(0)
  })
})

describe('a program that the command line names runs for that command line alone', () => {
  it.each([
    ['send', 'hi'],
    ['done', 'true'],
  ])('%s %s', async (...words) => {
    const { env, program, times, kept } = place()
    expect(await ntfy(['-b', 'exec', '-o', 'command', program, ...words], { env })).toMatchObject({
      code: 0,
      stderr: '',
    })
    await waitFor('the program', () => times() === 1)
    await waitFor('an empty outbox', () => kept().length === 0)
  })

  it.each([
    ['send', 'hi'],
    ['done', 'true'],
  ])('%s %s, and what it did not take waits for a configuration', async (...words) => {
    const { env, program, times, kept } = place('exit 75')
    await ntfy(['-b', 'exec', '-o', 'command', program, ...words], { env })
    await waitFor('the program', () => times() === 1)
    await waitFor('it to be kept', () => kept().some((file) => file.endsWith('.json')))
    expect(readFileSync(String(kept()[0]), 'utf8')).toContain('"options":{"command":null}')
    expect(await ntfy(['queue', 'flush'], { env })).toMatchObject({ code: 78 })
    expect(times()).toBe(1)
  })

  it.each(['exec', 'module'])('a piped configuration names one for its own run (%s)', async (kind) => {
    const { home, env, program, times } = place()
    const module = join(home, 'own.cjs')
    writeFileSync(
      module,
      `module.exports = () => require('node:child_process').execFileSync(${JSON.stringify(program)})\n`,
    )
    const section = kind === 'exec' ? `{backend: exec, command: ${program}}` : `{backend: ${module}}`
    for (const words of ['send hi', 'done true']) {
      const script = `"$0" -c <(echo 'backends: [x]'; echo 'x: ${section}') ${words}`
      expect(await run('bash', ['-c', script, ntfyBin], { env })).toMatchObject({ code: 0, stderr: '' })
    }
    await waitFor('both', () => times() === 2)
  })
})
