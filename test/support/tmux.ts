import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import { openEmulator } from './emulator.ts'
import { temporaryFolder } from './home.ts'
import { which } from './programs.ts'
import type { Terminal } from './pty.ts'
import { waitFor } from './wait.ts'

/** A tmux server of its own with a detached session `main`. */
export function tmuxServer() {
  const folder = temporaryFolder()
  const socket = `${folder}/tmux`
  const command = [which('tmux') ?? 'tmux', '-S', socket, '-f', '/dev/null']
  const run = async (...args: string[]) => {
    const [program = '', ...first] = command
    const env = { HOME: folder, PATH: process.env['PATH'], LANG: 'C.UTF-8', TERM: 'xterm-256color', SHELL: '/bin/sh' }
    return (await promisify(execFile)(program, [...first, ...args], { env })).stdout
  }
  const started = run('new-session', '-d', '-s', 'main', '-x', '80', '-y', '24', 'sleep 600')
  onTestFinished(async () => {
    await run('kill-server').catch(() => {})
  })
  return {
    /** The server's HOME. */
    folder,
    command,
    async run(...args: string[]) {
      await started
      return run(...args)
    },
    async panes() {
      await started
      const rows = (await run('list-panes', '-a', '-F', '#{pane_tty} #{pane_pid}')).trim().split('\n')
      return rows.map((row) => ({ tty: row.split(' ')[0] ?? '', shellPid: Number(row.split(' ')[1]), socket }))
    },
    /** A terminal emulator of that name which shows a session. */
    async attach(name: string, session = 'main'): Promise<Terminal> {
      await started
      const before = (await run('list-clients')).split('\n').length
      const emulator = await openEmulator(name, `${command.join(' ')} attach -t ${session}; :`)
      await waitFor('the client', async () => (await run('list-clients')).split('\n').length > before)
      return emulator
    },
  }
}
