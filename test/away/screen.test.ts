import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterEach, expect, it, onTestFinished, vi } from 'vitest'
import { away } from '../support/away.ts'
import { openEmulator } from '../support/emulator.ts'
import { temporaryFolder } from '../support/home.ts'
import { describeWith, which } from '../support/programs.ts'
import { minutes, waitFor } from '../support/wait.ts'

const limit = () => AbortSignal.timeout(minutes)

afterEach(() => void vi.unstubAllEnvs())

describeWith(['screen'], 'whether nobody is looking at a window of screen', () => {
  it('is yes for a detached session and a hidden window', async () => {
    const { window, attach, run } = await screenSession()
    expect(await away(window, limit())).toEqual({ answer: 'yes', source: 'screen: the session is detached' })
    await attach()
    await waitFor('the client', async () => (await away(window, limit())).answer === 'unknown')
    await run('-X', 'screen', 'sleep', '600')
    await waitFor('the other window', async () => {
      return (await away(window, limit())).source === 'screen: window 0 is hidden by window 1'
    })
    await run('-X', 'select', '0')
    await waitFor('the window', async () => (await away(window, limit())).answer === 'unknown')
  })
})

/** A detached session of screen, in a folder of its own, with one window. */
async function screenSession() {
  const folder = temporaryFolder()
  mkdirSync(`${folder}/sockets`, { mode: 0o700 })
  vi.stubEnv('SCREENDIR', `${folder}/sockets`)
  const sign = `${folder}/window`
  const env = {
    HOME: folder,
    PATH: process.env['PATH'] ?? '',
    TERM: 'xterm-256color',
    SCREENRC: '/dev/null',
    SCREENDIR: `${folder}/sockets`,
  }
  const program = which('screen') ?? 'screen'
  const run = (...args: string[]) => promisify(execFile)(program, ['-S', 'ntfy', ...args], { env })
  const script = `echo $$ $(tty) > ${sign}.new; mv ${sign}.new ${sign}; sleep 600; :`
  await promisify(execFile)(program, ['-dmS', 'ntfy', 'sh', '-c', script], { env })
  onTestFinished(async () => {
    await run('-X', 'quit').catch(() => {})
  })
  await waitFor('the window of screen', () => existsSync(sign))
  const [pid, tty = ''] = readFileSync(sign, 'utf8').trim().split(' ')
  return {
    window: { tty, shellPid: Number(pid) },
    run,
    attach: () => openEmulator('st', `${program} -r ntfy; :`, env),
  }
}
