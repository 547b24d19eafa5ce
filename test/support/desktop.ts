import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll } from 'vitest'
import { removeFolder } from './remove-folder.ts'
import { waitFor } from './wait.ts'

/** A notification as the desktop showed it. */
export interface ShownNotification {
  id: number
  application: string
  title: string
  body: string
  urgency: string
  icon: string
}

/** A private desktop: an X server, a session bus and the notification daemon dunst, with nothing of the caller's. */
export interface Desktop {
  /** The whole environment to run programs of this desktop with. */
  env: Record<string, string>
  /** Every notification that was shown so far, the oldest first. */
  shown(): ShownNotification[]
  /** Waits until so many have been shown and returns them. */
  waitForShown(count: number, limit?: number): Promise<ShownNotification[]>
  /** How many are on the screen now. */
  displayed(): Promise<number>
  /** The method calls to the daemon so far, as dbus-monitor prints them. */
  calls(): string
  /** Starts a program of this desktop; it is ended with the desktop at the latest. */
  start(program: string, args: string[]): ChildProcess
  /** The daemon stops answering, as a hung one does, and goes on again. */
  freeze(): void
  thaw(): void
  /** Ends the daemon and starts a new one. */
  restart(): Promise<void>
  close(): Promise<void>
}

export interface DesktopOptions {
  /** Whether dunst runs, is started by the bus when it is needed, or does not exist. */
  daemon?: 'running' | 'startable' | 'none'
  /** The daemon takes markup in a body, as most do: then `body` is as it was sent. */
  markup?: boolean
  /** Runs openbox, so that windows have the focus. */
  windows?: boolean
  /** Notifications stay until somebody closes them. */
  stays?: boolean
}

/** The programs that a desktop of these options needs, for describeWith. */
export const desktopPrograms = ['dbus-daemon', 'dbus-send', 'dbus-monitor', 'dunst', 'Xvfb']

/** A desktop for all tests of a suite: call it in `describe`, use what it returns in the tests. */
export function useDesktop(options: DesktopOptions = {}): () => Desktop {
  let desktop: Desktop | undefined
  beforeAll(async () => {
    desktop = await openDesktop(options)
  })
  afterAll(() => desktop?.close())
  return () => {
    if (desktop === undefined) throw new Error('the desktop is not there yet')
    return desktop
  }
}

/** Starts a desktop; the caller closes it. */
export async function openDesktop(options: DesktopOptions = {}): Promise<Desktop> {
  const folder = mkdtempSync(join(tmpdir(), 'ntfy-desktop-'))
  const runtime = join(folder, 'run')
  mkdirSync(runtime, { mode: 0o700 })
  const children: ChildProcess[] = []
  const env: Record<string, string> = {
    HOME: folder,
    PATH: process.env['PATH'] ?? '',
    LANG: 'C.UTF-8',
    XDG_RUNTIME_DIR: runtime,
    DBUS_SESSION_BUS_ADDRESS: `unix:path=${runtime}/bus`,
  }
  const start = (program: string, args: string[]) => {
    const child = spawn(program, args, { env, cwd: folder, stdio: 'ignore' })
    // What cannot be started shows as a condition that never comes.
    child.on('error', () => {})
    children.push(child)
    return child
  }
  const close = () => {
    for (const child of children.reverse()) child.kill('SIGKILL')
    return removeFolder(folder)
  }
  try {
    env['DISPLAY'] = await startX(env, children)
    await startBus(folder, runtime, options, start)
    return await assemble({ folder, env, start, close }, options)
  } catch (error) {
    await close()
    throw error
  }
}

interface Parts {
  folder: string
  env: Record<string, string>
  start(program: string, args: string[]): ChildProcess
  close(): Promise<void>
}

async function assemble({ folder, env, start, close }: Parts, options: DesktopOptions): Promise<Desktop> {
  const record = join(folder, 'shown')
  const monitored = join(folder, 'calls')
  writeFileSync(record, '')
  writeFileSync(monitored, '')
  writeFileSync(join(folder, 'dunstrc'), dunstConfiguration(folder, record, options), { mode: 0o600 })
  const monitor = () =>
    start('sh', ['-c', `exec dbus-monitor --session "type='method_call',member='Notify'" > '${monitored}'`])
  let monitoring = monitor()
  await waitFor('dbus-monitor', () => {
    // A bus that has just begun may refuse it.
    if (monitoring.exitCode !== null || monitoring.signalCode !== null) monitoring = monitor()
    return readFileSync(monitored, 'utf8') !== ''
  })
  const startDaemon = async () => {
    const child = start('dunst', ['-conf', join(folder, 'dunstrc')])
    await waitFor('dunst on the bus', () => hasDaemon(env))
    return child
  }
  let daemon = (options.daemon ?? 'running') === 'running' ? await startDaemon() : undefined
  if (options.windows) {
    start('openbox', ['--sm-disable'])
    await waitFor('openbox', () => hasWindowManager(env))
  }
  const shown = () => readRecord(record)
  return {
    env,
    shown,
    async waitForShown(count, limit) {
      await waitFor(`${count} notifications on the desktop`, () => shown().length >= count, limit)
      return shown()
    },
    async displayed() {
      return Number((await promisify(execFile)('dunstctl', ['count', 'displayed'], { env })).stdout)
    },
    calls: () => readFileSync(monitored, 'utf8'),
    start,
    freeze: () => daemon?.kill('SIGSTOP'),
    thaw: () => daemon?.kill('SIGCONT'),
    async restart() {
      daemon?.kill('SIGKILL')
      await waitFor('the end of dunst', async () => !(await hasDaemon(env)))
      daemon = await startDaemon()
    },
    close,
  }
}

/** Xvfb chooses a free display by itself and says on descriptor 3 which. */
async function startX(env: Record<string, string>, children: ChildProcess[]): Promise<string> {
  const args = ['-displayfd', '3', '-noreset', '-nolisten', 'tcp', '-screen', '0', '1024x768x24']
  const child = spawn('Xvfb', args, { env, stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
  children.push(child)
  let number = ''
  child.stdio[3]?.on('data', (chunk: Buffer) => {
    number += chunk
  })
  await waitFor('Xvfb', () => number.endsWith('\n'))
  return `:${number.trim()}`
}

/** A bus with a configuration of its own: it knows no services of this machine. */
async function startBus(folder: string, runtime: string, options: DesktopOptions, start: Parts['start']) {
  const services = join(folder, 'services')
  mkdirSync(services)
  if (options.daemon === 'startable') {
    const service = `[D-BUS Service]\nName=org.freedesktop.Notifications\nExec=/usr/bin/env dunst -conf ${folder}/dunstrc\n`
    writeFileSync(join(services, 'org.freedesktop.Notifications.service'), service)
  }
  const configuration = `<busconfig><type>session</type><listen>unix:path=${runtime}/bus</listen>
<servicedir>${services}</servicedir><policy context="default"><allow send_destination="*" eavesdrop="true"/>
<allow eavesdrop="true"/><allow own="*"/></policy>
<limit name="max_replies_per_connection">50000</limit></busconfig>`
  writeFileSync(join(folder, 'bus.conf'), configuration)
  start('dbus-daemon', [`--config-file=${folder}/bus.conf`, '--nofork', '--nopidfile'])
  const { access } = await import('node:fs/promises')
  await waitFor('the session bus', () =>
    access(`${runtime}/bus`).then(
      () => true,
      () => false,
    ),
  )
}

/** dunst runs a script for every notification that it shows: what it says is what a person would see. */
function dunstConfiguration(folder: string, record: string, options: DesktopOptions): string {
  const script = join(folder, 'record')
  const fields = ['ID', 'APP_NAME', 'SUMMARY', 'BODY', 'URGENCY', 'ICON_PATH'].map((name) => `"$DUNST_${name}"`)
  writeFileSync(script, `#!/bin/sh\nprintf '%s\\0' ${fields.join(' ')} >> '${record}'\n`, { mode: 0o755 })
  return [
    '[global]',
    '    stack_duplicates = false',
    '    enable_posix_regex = false',
    '    notification_limit = 0',
    `    markup = ${options.markup ? 'full' : 'no'}`,
    '[record]',
    '    summary = "*"',
    `    script = ${script}`,
    // Hundreds at once would keep it busy with drawing them.
    `    timeout = ${options.stays ? '0' : '200ms'}`,
    '',
  ].join('\n')
}

function readRecord(record: string): ShownNotification[] {
  const fields = readFileSync(record, 'utf8').split('\0')
  const found: ShownNotification[] = []
  for (let at = 0; at + 6 < fields.length; at += 6) {
    const [id, application = '', title = '', body = '', urgency = '', icon = ''] = fields.slice(at, at + 6)
    found.push({ id: Number(id), application, title, body, urgency: urgency.toLowerCase(), icon })
  }
  return found
}

async function hasDaemon(env: Record<string, string>): Promise<boolean> {
  const method = ['--dest=org.freedesktop.DBus', '/', 'org.freedesktop.DBus.NameHasOwner']
  const args = ['--session', '--print-reply', ...method, 'string:org.freedesktop.Notifications']
  const answer = await promisify(execFile)('dbus-send', args, { env }).catch(() => ({ stdout: '' }))
  return answer.stdout.includes('boolean true')
}

async function hasWindowManager(env: Record<string, string>): Promise<boolean> {
  const answer = await promisify(execFile)('xdotool', ['get_desktop'], { env }).catch(() => undefined)
  return answer !== undefined
}
