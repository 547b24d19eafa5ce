import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from './home.ts'
import { closedPort } from './server.ts'
import { waitFor } from './wait.ts'

/** A tinyproxy of the test's own. `lines` are further lines of its configuration, such as `BasicAuth user password`. */
export async function tinyproxy(...lines: string[]) {
  const folder = temporaryFolder()
  const port = await closedPort()
  const log = join(folder, 'log')
  const fixed = [
    `Port ${port}`,
    'Listen 127.0.0.1',
    'Timeout 20',
    'MaxClients 20',
    `LogFile "${log}"`,
    'LogLevel Connect',
  ]
  const file = join(folder, 'tinyproxy.conf')
  writeFileSync(file, [...fixed, ...lines, ''].join('\n'))
  const child = spawn('tinyproxy', ['-d', '-c', file], { stdio: 'ignore' })
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        if (child.exitCode !== null) return resolve()
        child.on('exit', () => resolve())
        child.kill('SIGKILL')
      }),
  )
  await waitFor('tinyproxy', () => isOpen(port))
  return {
    port,
    address: `http://127.0.0.1:${port}`,
    /** The requests that went through it. */
    requests: () =>
      existsSync(log) ? [...readFileSync(log, 'utf8').matchAll(/Request \(.*?\): (.*)/g)].map(([, line]) => line) : [],
  }
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}
