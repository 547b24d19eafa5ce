import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { lineage } from '../../src/terminal/lineage.ts'
import { temporaryFolder } from '../support/home.ts'
import { minutes } from '../support/wait.ts'

/** A number that no process of this machine can have. */
const first = 2 ** 22 + 1

/** A macOS, as far as the platform's name and its `ps` go: processes that /proc does not know. */
function likeMac(ps: string): void {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'ps'), `#!/bin/sh\n${ps}`, { mode: 0o755 })
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`)
  const platform = Object.getOwnPropertyDescriptor(process, 'platform')
  Object.defineProperty(process, 'platform', { ...platform, value: 'darwin' })
  onTestFinished(() => {
    Object.defineProperty(process, 'platform', platform ?? {})
    vi.unstubAllEnvs()
  })
}

const rows = [
  { pid: first, ppid: first + 1, comm: '-zsh', args: '-zsh' },
  { pid: first + 1, ppid: first + 2, comm: '/usr/bin/login', args: '/usr/bin/login -f me' },
  { pid: first + 2, ppid: 1, comm: '/Applications/kitty.app/Contents/MacOS/kitty', args: 'kitty -1' },
  { pid: first + 3, ppid: 1, comm: '/sbin/other thing', args: '/sbin/other thing' },
]
const times = rows.map(({ pid, ppid, comm }) => `${pid} ${ppid} 501 0.0 0.1 Mon Nov  3 10:00:00 2025 ${comm}`)
const words = rows.map(({ pid, args }) => `${pid} ${args}`)
const table = `case "$*" in *args*) cat <<'EOF'\n${words.join('\n')}\nEOF\n;; *) cat <<'EOF'\n${times.join('\n')}\nEOF\n;; esac\n`

it('the ancestors of a process are known where there is no /proc', async () => {
  likeMac(table)
  expect(await lineage(first, AbortSignal.timeout(minutes))).toEqual([
    { pid: first, ppid: first + 1, comm: '-zsh' },
    { pid: first + 1, ppid: first + 2, comm: 'login' },
    { pid: first + 2, ppid: 1, comm: 'kitty' },
  ])
})

it.each([
  ['is not there', 'exit 127\n'],
  ['says something else', 'echo usage: ps\n'],
])('nothing is known where ps %s', async (_, ps) => {
  likeMac(ps)
  expect(await lineage(first, AbortSignal.timeout(minutes))).toEqual([])
})

it('a ps that hangs is not waited for', async () => {
  likeMac('exec cat >/dev/null\n')
  const controller = new AbortController()
  const found = lineage(first, controller.signal)
  controller.abort()
  expect(await found).toEqual([])
})
