import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exitCode, messageOf, NtfyError } from '../platform/errors.ts'
import { print, say } from '../platform/output.ts'
import { foreignHome } from '../platform/ownership.ts'
import { home } from '../platform/paths.ts'

/** Has the system flush every ten minutes: a systemd timer of the user, or a line for cron where there is none. */
export function installTimer(): number {
  const { spawnSync } = process.getBuiltinModule('node:child_process')
  const program = process.argv[1] ?? 'ntfy'
  const systemctl = (...words: string[]) =>
    spawnSync('systemctl', ['--user', ...words], { encoding: 'utf8', timeout: 5000 })
  if (systemctl('show-environment').status !== 0) {
    say.warning('no systemd user session; add this line with crontab -e:')
    print(`*/10 * * * * ${quoted(program)} queue flush --due >/dev/null 2>&1\n`)
    return exitCode.ok
  }
  const folder = join(process.env['XDG_CONFIG_HOME'] || join(home() ?? '/', '.config'), 'systemd', 'user')
  const problem = foreignHome(folder)
  if (problem !== undefined) throw new NtfyError(problem, exitCode.io)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 })
    writeFileSync(join(folder, 'ntfy-flush.service'), service(program), { mode: 0o644 })
    writeFileSync(join(folder, 'ntfy-flush.timer'), timer, { mode: 0o644 })
  } catch (error) {
    throw new NtfyError(`${folder}: ${messageOf(error)}`, exitCode.io)
  }
  for (const words of [['daemon-reload'], ['enable', '--now', 'ntfy-flush.timer']]) {
    const { status, stderr } = systemctl(...words)
    if (status !== 0) throw new NtfyError(`systemctl --user ${words.join(' ')}: ${stderr.trim()}`, exitCode.unavailable)
  }
  say.warning(
    `${join(folder, 'ntfy-flush.timer')}: flushes every ten minutes (loginctl enable-linger: also while you are logged out)`,
  )
  return exitCode.ok
}

function service(program: string): string {
  return `[Unit]
Description=Deliver what ntfy could not deliver before

[Service]
Type=oneshot
ExecStart="${process.execPath}" "${program}" queue flush --due
`
}

const timer = `[Unit]
Description=Deliver what ntfy could not deliver before

[Timer]
OnBootSec=1min
OnUnitActiveSec=10min

[Install]
WantedBy=timers.target
`

function quoted(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`
}
