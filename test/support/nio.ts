import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from './home.ts'
import { installPython, pythonOf } from './python.ts'
import { waitFor } from './wait.ts'

/** The version that the tests were written for; vodozemac, its cryptography, comes as a wheel. */
const version = '0.26.0'
const name = `matrix-nio-${version}`

/** @returns why matrix-nio is not there, or nothing */
export function installNio(): string | undefined {
  return installPython(name, `matrix-nio[e2e]==${version}`)
}

/** An event of a room as matrix-nio reads it. */
export interface NioEvent {
  id: string
  body: string | null
  decrypted: boolean
}

/** Reads along in a room from now on, until the test has ended. */
export async function nioReader(homeserver: string, user: string, password: string, room: string) {
  const script = join(import.meta.dirname, 'nio-reader.py')
  const folder = temporaryFolder()
  const child = spawn(pythonOf(name), [script, homeserver, user, password, folder, room], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], HOME: folder },
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const lines: unknown[] = []
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)))
  await waitFor('matrix-nio', () => lines.length > 0 || child.exitCode !== null)
  if (child.exitCode !== null) throw new Error(`matrix-nio ended with ${child.exitCode}`)
  return { events: () => lines.slice(1) as NioEvent[] }
}
