import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exitCode, messageOf, NtfyError } from '../platform/errors.ts'
import { print, say } from '../platform/output.ts'
import { foreignHome } from '../platform/ownership.ts'
import { home } from '../platform/paths.ts'
import { quoted, surroundings, unitWord } from './timer.ts'

const unit = 'ntfy-receive.service'

/** Has the system run `ntfy receive` from every login on: a unit of the user, or a line for what there is instead. */
export function installReceiver(words: string[]): number {
  const program = process.argv[1] ?? 'ntfy'
  if (systemctl('show-environment').status !== 0) {
    say.warning('no systemd user session; have this run at login, or add it with crontab -e (@reboot ...):')
    const assignments = surroundings().map(([name, value]) => `${name}=${quoted(value)} `)
    print(`${assignments.join('')}${[program, 'receive', ...words].map(quoted).join(' ')}\n`)
    return exitCode.ok
  }
  const folder = unitFolder()
  const problem = foreignHome(folder)
  if (problem !== undefined) throw new NtfyError(problem, exitCode.io)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 })
    writeFileSync(join(folder, unit), service(program, words), { mode: 0o644 })
  } catch (error) {
    throw new NtfyError(`${folder}: ${messageOf(error)}`, exitCode.io)
  }
  for (const command of [['daemon-reload'], ['enable', unit], ['restart', unit]]) {
    const { status, stderr } = systemctl(...command)
    if (status !== 0)
      throw new NtfyError(`systemctl --user ${command.join(' ')}: ${stderr?.trim()}`, exitCode.unavailable)
  }
  say.warning(`${join(folder, unit)}: receives from every login on`)
  return exitCode.ok
}

/** Removes the unit again; that there is none is no error. */
export function uninstallReceiver(): number {
  const file = join(unitFolder(), unit)
  if (!existsSync(file)) {
    say.warning('receive: it is not installed')
    return exitCode.ok
  }
  systemctl('disable', '--now', unit)
  try {
    rmSync(file)
  } catch (error) {
    throw new NtfyError(`${file}: ${messageOf(error)}`, exitCode.io)
  }
  systemctl('daemon-reload')
  return exitCode.ok
}

function unitFolder(): string {
  return join(process.env['XDG_CONFIG_HOME'] || join(home() ?? '/', '.config'), 'systemd', 'user')
}

function systemctl(...words: string[]) {
  const { spawnSync } = process.getBuiltinModule('node:child_process')
  return spawnSync('systemctl', ['--user', ...words], { encoding: 'utf8', timeout: 5000 })
}

/** Refused credentials (78) and wrong usage (64) stay wrong. */
function service(program: string, words: string[]): string {
  const environment = surroundings().map(([name, value]) => `Environment=${unitWord(`${name}=${value}`)}\n`)
  const command = [program, 'receive', ...words].map((word) => unitWord(word).replaceAll('$', '$$$$')).join(' ')
  return `[Unit]
Description=Show what arrives at ntfy topics
After=graphical-session.target

[Service]
${environment.join('')}ExecStart=${command}
Restart=on-failure
RestartSec=10
RestartPreventExitStatus=64 78

[Install]
WantedBy=default.target
`
}
