import { mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
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
    print(`*/10 * * * * ${cronCommand(program)}\n`)
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

/** What a shell's profile exports and neither cron nor systemd sees: where the files are, and where Node is. */
export function surroundings(): [string, string][] {
  const names = [
    'XDG_CONFIG_HOME',
    'XDG_STATE_HOME',
    'XDG_DATA_HOME',
    'XDG_CACHE_HOME',
    'XDG_CONFIG_DIRS',
    'NTFY_CONFIG',
  ]
  const set = names.flatMap((name): [string, string][] => {
    const value = process.env[name]
    return value === undefined || value === '' || /[\n\r]/.test(value) ? [] : [[name, value]]
  })
  // Only where that Node is gone, after an update by nvm, does the program look for another one.
  return [['NTFY_NODE', nodeAsFound()], ...set]
}

/** Node by the path under which it is found, which may be a link that outlives an update. */
function nodeAsFound(): string {
  const candidates = [
    process.env['NTFY_NODE'],
    ...(process.env['PATH'] ?? '').split(':').map((one) => join(one, 'node')),
  ]
  return candidates.find((path) => path !== undefined && isAbsolute(path) && isThisNode(path)) ?? process.execPath
}

function isThisNode(path: string): boolean {
  try {
    return realpathSync(path) === realpathSync(process.execPath)
  } catch {
    return false
  }
}

/** In a crontab a percent sign ends the command (man 5 crontab). */
function cronCommand(program: string): string {
  const assignments = surroundings().map(([name, value]) => `${name}=${quoted(value)} `)
  return `${assignments.join('')}${quoted(program)} queue flush --due >/dev/null 2>&1`.replaceAll('%', '\\%')
}

function service(program: string): string {
  const environment = surroundings().map(([name, value]) => `Environment=${unitWord(`${name}=${value}`)}\n`)
  return `[Unit]
Description=Deliver what ntfy could not deliver before

[Service]
Type=oneshot
${environment.join('')}ExecStart=${unitWord(program).replaceAll('$', '$$$$')} queue flush --due
`
}

/** A word of a unit's line: `%` begins a specifier (man 5 systemd.unit, systemd.syntax). */
export function unitWord(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&').replaceAll('%', '%%')}"`
}

const timer = `[Unit]
Description=Deliver what ntfy could not deliver before

[Timer]
OnBootSec=1min
OnUnitActiveSec=10min

[Install]
WantedBy=timers.target
`

export function quoted(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`
}
