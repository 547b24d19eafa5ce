import { writeFileSync } from 'node:fs'
import { afterEach, expect, it, vi } from 'vitest'
import { loadConfig } from '../../src/config/index.ts'
import { temporaryFolder } from '../support/home.ts'

afterEach(() => void vi.unstubAllEnvs())

async function read(text: string) {
  const folder = temporaryFolder()
  vi.stubEnv('XDG_STATE_HOME', folder)
  writeFileSync(`${folder}/ntfy.yml`, text)
  const { config, problems } = await loadConfig(`${folder}/ntfy.yml`)
  return { away: config.away, problems: problems.map((line) => line.replace(`${folder}/`, '')) }
}

it.each([
  ['title: x', 'auto', 120_000],
  ['away: always', 'always', 120_000],
  ['Away: never', 'never', 120_000],
  ['away: {idle: 5}', 'auto', 5000],
  ['away: {mode: always, IDLE: 5m}', 'always', 300_000],
  ['away: {mode: auto, idle: false}', 'auto', undefined],
])('%s is read', async (text, mode, idle) => {
  expect(await read(text)).toEqual({ away: { mode, idle }, problems: [] })
})

it.each([
  ['away: sometimes', 'ntfy.yml:1: away: expected always, auto, never or {mode: auto, idle: 120}'],
  ['away: true', 'ntfy.yml:1: away: expected always, auto, never or {mode: auto, idle: 120}'],
  ['title: x\naway: [auto]', 'ntfy.yml:2: away: expected always, auto, never or {mode: auto, idle: 120}'],
  ['away: {mode: on}', 'ntfy.yml:1: away: mode: expected always, auto or never'],
  ['away: {idle: soon}', 'ntfy.yml:1: away: idle: expected seconds, a duration (90, 5m) or false'],
  ['away: {idel: 5}', 'ntfy.yml:1: away: idel: unknown word; did you mean idle? (known: mode, idle)'],
])('%s is a problem', async (text, problem) => {
  expect((await read(text)).problems).toEqual([problem])
})
