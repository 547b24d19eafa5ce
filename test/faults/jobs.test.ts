import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ntfyBin } from '../support/cli.ts'
import { processesOf } from '../support/processes.ts'
import { minutes, waitFor } from '../support/wait.ts'
import { count, place, printCounts, rounds } from './place.ts'

printCounts('kill -9 of jobs')

/** Children of a process, and their children. */
function below(pid: number, home: string): number[] {
  return processesOf(home).flatMap(({ pid: one, command }) => (one !== pid && /job-\d/.test(command) ? one : []))
}

it('a wrapper, its command or both are killed at any moment: each job is notified of once', async () => {
  const here = await place()
  const begun = join(here.home, 'begun')
  mkdirSync(begun)
  const jobs = join(here.home, '.local/state/ntfy/jobs')
  for (let round = 0; round < rounds; round++) {
    const script = `echo >${begun}/job-${round}; sleep 0.1`
    const words = ['done', 'sh', '-c', script, `job-${round}`]
    const child = spawn(ntfyBin, words, { env: here.env, cwd: here.home, stdio: 'ignore', detached: true })
    const ended = new Promise((resolve) => child.on('exit', resolve))
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 400))
    const kind = ['wrapper', 'child', 'both'][round % 3]
    const pids = [
      ...(kind === 'child' ? [] : [child.pid ?? 0]),
      ...(kind === 'wrapper' ? [] : below(child.pid ?? 0, here.home)),
    ]
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL')
        count(`${kind} killed`)
      } catch {}
    }
    await ended
    if (round % 5 === 0) await here.ntfy('log')
  }
  const told = (name: string) => here.taken.filter(({ message }) => new RegExp(`\\b${name}\\b`).test(message))
  await waitFor(
    'the records',
    async () => {
      await here.ntfy('log')
      return !existsSync(jobs) || readdirSync(jobs).length === 0
    },
    minutes,
  )
  await here.ntfy('queue', 'flush', '--wait')
  const names = readdirSync(begun)
  await waitFor('all', () => names.every((name) => told(name).length > 0))
  const lost = names.filter((name) => told(name).length === 0)
  const twice = names.filter((name) => told(name).length > 1)
  expect({ lost, twice }).toEqual({ lost: [], twice: [] })
  count('commands that began', names.length)
})
