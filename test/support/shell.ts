import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { temporaryHome } from './home.ts'
import { openTerminal, type Terminal } from './pty.ts'
import { minutes, waitFor } from './wait.ts'

export type ShellName = 'bash' | 'zsh' | 'fish'
export const shellNames: ShellName[] = ['bash', 'zsh', 'fish']

/** A call of the program by a hook, as the stub saw it. */
export interface Call {
  args: string[]
  /** The value after a flag; undefined without the flag. */
  flag(name: string): string | undefined
  stdin: Buffer
  typed: string
  last: string
  node: string
  cwd: string
}

export interface ShellOptions {
  hooks?: boolean
  /** Lines of the rc file before the hooks are loaded, and after. */
  before?: string
  after?: string
  /** How the rc file loads the hooks; default: it sources the file. */
  load?: string
  env?: Record<string, string>
  /** The shell to start, if it is not the one called so. */
  program?: string
  /** Words before the shell's own arguments, for a program that starts it. */
  wrap?: string[]
  /** The program takes the shell, called so, and its arguments as one word. */
  quoted?: string
  threshold?: string
  /** What the program does after it has noted its call. */
  stub?: string
}

/** What the prompt ends in. */
export const prompt = '@@ '
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are made of them
const escapes = /\u001b(\[[0-9;?<=>]*[a-zA-Z]|\][^\u0007\u001b]*(\u0007|\u001b\\)|[()][A-Z0-9]|[=>78])|[\u000e\u000f]/g

export function hookFile(shell: ShellName): string {
  return resolve(import.meta.dirname, `../../shell/ntfy.${shell}`)
}

/** An interactive shell on a pseudo-terminal, with the hooks and a program that notes how they call it. */
export class TypedShell {
  readonly name: ShellName
  readonly terminal: Terminal
  readonly home: string
  private readonly folder: string

  constructor(name: ShellName, options: ShellOptions = {}) {
    this.name = name
    const { home, env } = temporaryHome()
    this.home = home
    this.folder = join(home, 'calls')
    const bin = join(home, 'bin')
    mkdirSync(this.folder)
    mkdirSync(bin)
    writeStub(join(bin, 'ntfy'), this.folder, options.stub)
    const { args, extra } = prepare(name, home, options)
    const words = options.quoted === undefined ? args : [[options.quoted, ...args].join(' ')]
    this.terminal = openTerminal(options.program ?? name, [...(options.wrap ?? []), ...words], {
      env: { ...env, PATH: `${bin}:${env['PATH']}`, TERM: 'xterm', ...extra, ...options.env },
    })
  }

  /** Types a command, each newline in it as Enter, and waits for the next prompt; gives back what was shown since. */
  async run(line: string, limit = minutes): Promise<string> {
    const from = await this.ready()
    this.terminal.type(`${line.replaceAll('\n', '\r')}\r`)
    await this.terminal.see('\n', from, limit)
    await this.ready(from, limit)
    return this.shown(from)
  }

  /** Types a command and, once it has the terminal, a key that ends or suspends it. */
  async runAndPress(line: string, key: string): Promise<void> {
    await this.ready()
    this.terminal.type(`${line}\r`)
    // Until the shell's child has become the command it has the shell's name, and may lose a signal.
    await waitFor('a command in the foreground', () => foreground(this.terminal.pid) !== this.name)
    await this.press(key)
  }

  /** Types a key that brings a new prompt. */
  async press(key: string): Promise<void> {
    const from = this.terminal.output().length
    this.terminal.type(key)
    await this.ready(from)
  }

  async runAll(lines: string[]): Promise<void> {
    for (const line of lines) await this.run(line)
  }

  /** Waits for a prompt after `from`; gives back the length of what was written until then. */
  async ready(from = 0, limit = minutes): Promise<number> {
    const raw = () => this.terminal.output()
    const waiting = () => {
      const text = raw().slice(from)
      // zsh says that its editor is ready only after the prompt, which it draws again when it has said how a job ended;
      // what is typed before would be echoed twice.
      if (this.name === 'zsh' && text.lastIndexOf('\u001b[?2004h') <= text.lastIndexOf('\u001b[?2004l')) return false
      return plain(text).replace(/\r+$/, '').endsWith(prompt)
    }
    await waitFor('a prompt', waiting, limit).catch((error: Error) => {
      throw new Error(`${error.message}; it shows:\n${JSON.stringify(raw().slice(from))}`)
    })
    return raw().length
  }

  shown(from = 0): string {
    return plain(this.terminal.output().slice(from))
  }

  calls(): Call[] {
    return readdirSync(this.folder)
      .filter((name) => !name.startsWith('.'))
      .sort()
      .map((name) => parseCall(readFileSync(join(this.folder, name))))
  }

  async called(count: number, limit = minutes): Promise<Call[]> {
    await waitFor(`${count} calls`, () => this.calls().length >= count, limit).catch((error: Error) => {
      throw new Error(`${error.message}; there were ${JSON.stringify(this.calls())}\n${this.shown()}`)
    })
    return this.calls()
  }

  /**
   * All calls up to now. What should not come cannot be waited for: a last command that must be called for is, and
   * whatever was called for before it is there by then.
   */
  async settled(line = 'sleep 0.4; : settled'): Promise<Call[]> {
    await this.run(line)
    const isLast = ({ typed }: Call) => typed === line
    await waitFor('the last call', () => this.calls().some(isLast)).catch((error: Error) => {
      throw new Error(`${error.message}; there were ${JSON.stringify(this.calls())}\n${this.shown()}`)
    })
    return this.calls().filter((call) => !isLast(call))
  }
}

/**
 * What a shell shows for these lines, once with the hooks and once without, each with its calls. Where the two differ
 * other than in the numbers of processes, the hooks make noise.
 */
export async function compare(
  name: ShellName,
  lines: string[],
  options: ShellOptions = {},
): Promise<{ hooked: string; bare: string; typing: TypedShell }> {
  const run = async (hooks: boolean) => {
    const typing = new TypedShell(name, { ...options, hooks })
    await typing.runAll(lines)
    const shown = typing
      .shown()
      // How often an editor draws the line while it is typed is chance.
      .replaceAll('\r', '')
      .replace(/(@@ )(.+)\2$/gm, '$1$2')
      .replaceAll(hookFile(name), `~/ntfy.${name}`)
      .replaceAll(typing.home, '~')
      .replace(/\b\d{3,}\b/g, 'N')
    return { typing, shown }
  }
  const [hooked, bare] = await Promise.all([run(true), run(false)])
  return { hooked: hooked.shown, bare: bare.shown, typing: hooked.typing }
}

/** The text without escape sequences, and with a line as the terminal shows it. */
export function plain(text: string): string {
  return text.replace(escapes, '').replace(/\r+\n/g, '\n')
}

/** The name of the process that has the terminal of another. */
function foreground(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const group = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[5]
  return readFileSync(`/proc/${group}/comm`, 'latin1').trim()
}

export function writeStub(path: string, folder: string, then = ''): void {
  const note = `printf '%s\\0' "$NTFY_NODE" "$PWD" "$#" "$@"; cat`
  const name = '$(date +%s%N)-$$'
  writeFileSync(
    path,
    `#!/bin/sh\nn=${name}\n{ ${note}; } >"${folder}/.$n"\nmv "${folder}/.$n" "${folder}/$n"\n${then}\n`,
  )
  chmodSync(path, 0o755)
}

export function parseCall(bytes: Buffer): Call {
  const fields: string[] = []
  let at = 0
  const next = () => {
    const end = bytes.indexOf(0, at)
    fields.push(bytes.toString('utf8', at, end))
    at = end + 1
  }
  for (let i = 0; i < 3; i++) next()
  const [node = '', cwd = '', count = '0'] = fields
  for (let i = 0; i < Number(count); i++) next()
  const args = fields.slice(3)
  const stdin = bytes.subarray(at)
  const [typed = '', last = ''] = stdin.toString('utf8').split('\0')
  const flag = (name: string) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined)
  return { args, flag, stdin, typed, last, node, cwd }
}

function prepare(
  name: ShellName,
  home: string,
  options: ShellOptions,
): { args: string[]; extra: Record<string, string> } {
  // The same commands with and without hooks: what sees commands sees the same.
  if (options.hooks === false) writeFileSync(join(home, `ntfy.${name}`), '')
  const file = options.hooks === false ? join(home, `ntfy.${name}`) : hookFile(name)
  const hooks = `${options.load ?? `source '${file}'`}\n: loaded`
  const threshold = options.threshold ?? '0.3'
  const set = name === 'fish' ? `set -g NTFY_LONGER_THAN ${threshold}` : `NTFY_LONGER_THAN=${threshold}`
  const rc = [options.before ?? '', threshold === '' ? '' : set, hooks, options.after ?? '']
  if (name === 'bash') {
    const file = join(home, 'bashrc')
    const quiet = `PS1='${prompt}' PS2='> '\nbind 'set enable-bracketed-paste off'\nHISTFILE=$HOME/history`
    writeFileSync(file, [quiet, ...rc, ''].join('\n'))
    return { args: ['--noprofile', '--rcfile', file, '-i'], extra: {} }
  }
  if (name === 'zsh') {
    const quiet = `PS1='${prompt}' PS2='> ' HISTFILE=$HOME/history HISTSIZE=1000 SAVEHIST=1000\nunsetopt prompt_sp`
    writeFileSync(join(home, '.zshrc'), [quiet, ...rc, ''].join('\n'))
    return { args: ['-d', '-i'], extra: { ZDOTDIR: home } }
  }
  const folder = join(home, '.config/fish')
  // fish would make them itself, by another program.
  for (const part of ['completions', 'conf.d', 'functions']) mkdirSync(join(folder, part), { recursive: true })
  // Without it fish reads all manual pages of the machine in the background.
  mkdirSync(join(home, '.local/share/fish/generated_completions'), { recursive: true })
  const quiet = [
    'set -g fish_greeting',
    'set -g fish_autosuggestion_enabled 0',
    `function fish_prompt; echo -n '${prompt}'; end`,
    'function fish_title; end',
  ]
  writeFileSync(join(folder, 'config.fish'), [...quiet, ...rc, ''].join('\n'))
  return { args: ['-i'], extra: {} }
}
