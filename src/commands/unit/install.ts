import { lstatSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { isatty } from 'node:tty'
import { codeOf, exitCode, NtfyError } from '../../platform/errors.ts'
import { say } from '../../platform/output.ts'
import { home } from '../../platform/paths.ts'
import { askTool } from '../../running/attach/tool.ts'
import { surroundings, unitWord } from '../../shell/timer.ts'

const mark = '# Written by ntfy unit --install; ntfy unit --uninstall removes it.\n'
const unitName = 'ntfy@.service'
/** The same name in the folder of our own unit excepts that (systemd.unit(5)). */
const dropIn = '10-ntfy.conf'

interface Wanted {
  user: boolean
  /** Also the drop-in that has every service trigger it. */
  all: boolean
}

/** Writes the unit that others name in OnFailure= and OnSuccess=. */
export async function installUnit({ user, all }: Wanted): Promise<void> {
  const folder = unitFolder(user)
  for (const place of [folder, ...otherFolders(user)]) refuseForeign(join(place, unitName))
  const files: [string, string][] = [[join(folder, unitName), unitText(user)]]
  if (all) files.push([allServices(folder), dropInText], [exception(folder), ''])
  for (const [path] of files) refuseForeign(path)
  for (const [path, text] of files) write(path, text)
  for (const [path] of files) say.warning(`${path}: written`)
  await reload(user)
  if (!all) say.warning('a service notifies with OnFailure=ntfy@%n.service in its [Unit] section')
}

export async function uninstallUnit({ user }: Wanted): Promise<void> {
  const folder = unitFolder(user)
  const files = [join(folder, unitName), allServices(folder), exception(folder)]
  for (const path of files) refuseForeign(path)
  const found = files.filter((path) => textOf(path) !== undefined)
  for (const path of found) {
    change(path, () => rmSync(path))
    say.warning(`${path}: removed`)
  }
  for (const path of [allServices(folder), exception(folder)]) removeEmpty(dirname(path))
  if (found.length > 0) await reload(user)
  else if (isatty(2)) say.warning(`${join(folder, unitName)}: not installed`)
}

const allServices = (folder: string) => join(folder, 'service.d', dropIn)
const exception = (folder: string) => join(folder, `${unitName}.d`, dropIn)

function unitFolder(user: boolean): string {
  if (!user) return '/etc/systemd/system'
  const named = process.env['XDG_CONFIG_HOME']
  const folder = home()
  if (named !== undefined && isAbsolute(named)) return join(named, 'systemd/user')
  if (folder === undefined) throw new NtfyError('no home folder to write the unit to', exitCode.io)
  return join(folder, '.config/systemd/user')
}

/** Where the system's packages have theirs, which ours would hide. */
function otherFolders(user: boolean): string[] {
  return ['/usr/local/lib', '/usr/lib', '/lib'].map((folder) => join(folder, 'systemd', user ? 'user' : 'system'))
}

/** The sender goes on when the service has ended: what cannot be delivered at once is tried again. */
function unitText(user: boolean): string {
  const program = unitWord(process.argv[1] ?? 'ntfy').replaceAll('$', '$$$$')
  const environment = surroundings().map(([name, value]) => `Environment=${unitWord(`${name}=${value}`)}\n`)
  return `${mark}[Unit]
Description=Notification about %i

[Service]
Type=oneshot
${environment.join('')}ExecStart=${program} unit ${user ? '--user ' : ''}%i
KillMode=process
`
}

const dropInText = `${mark}[Unit]
OnFailure=ntfy@%n.service
`

/** @throws NtfyError another program's file is there */
function refuseForeign(path: string): void {
  const text = textOf(path)
  if (text === undefined || text === '' || text.startsWith(mark)) return
  throw new NtfyError(`${path}: not written by ntfy, left alone (remove it first)`, exitCode.refused)
}

/** Nothing if there is no file; what is no file, or cannot be read, is somebody else's. */
function textOf(path: string): string | undefined {
  try {
    return lstatSync(path).isFile() ? readFileSync(path, 'utf8') : 'no file'
  } catch (error) {
    const code = codeOf(error)
    return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : 'unreadable'
  }
}

function write(path: string, text: string): void {
  change(path, () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
    writeFileSync(path, text, { mode: 0o644 })
  })
}

function change(path: string, step: () => void): void {
  try {
    step()
  } catch (error) {
    const code = codeOf(error)
    const hint = code === 'EACCES' || code === 'EPERM' ? ' (as root, or with --user)' : ''
    throw new NtfyError(`${path}: cannot be changed: ${code}${hint}`, exitCode.io)
  }
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {}
}

/** Where no manager runs (a container, an image that is being built) there is nothing to reload. */
async function reload(user: boolean): Promise<void> {
  await askTool('systemctl', [...(user ? ['--user'] : []), 'daemon-reload']).catch(() => {})
}
