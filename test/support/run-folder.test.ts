import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { afterEach, expect, it, vi } from 'vitest'
import { temporaryFolder } from './home.ts'
import { openRunFolder } from './run-folder.ts'

afterEach(() => void vi.unstubAllEnvs())

it('names the processes and folders that the tests of a run leave behind, and ends them', async () => {
  vi.stubEnv('TMPDIR', temporaryFolder())
  const close = openRunFolder()
  const folder = process.env['TMPDIR'] ?? ''
  mkdirSync(`${folder}/left`)
  const env = { HOME: `${folder}/left`, PATH: process.env['PATH'] }
  const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore', env })
  const ended = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)))
  await expect(close()).rejects.toThrow(`process ${child.pid}: sleep 600\nfolder left`)
  expect(await ended).toBe('SIGKILL')
})
