import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type IPty, spawn } from '@lydell/node-pty'
import { withFolder } from './folder.ts'
import type { Figure } from './index.ts'

type ShellName = 'bash' | 'zsh' | 'fish'

interface Bounds {
  cycle: { limit: number; stretch: number }
}

const shells: Record<ShellName, Bounds> = {
  bash: { cycle: { limit: 80, stretch: 60 } },
  zsh: { cycle: { limit: 45, stretch: 40 } },
  fish: { cycle: { limit: 60, stretch: 50 } },
}
const back = { limit: 3, stretch: 1.5 }
const backWhereAsked = { limit: 15 }
const prompt = '@@ '

/** What the hooks cost: a prompt cycle, its forks, and how much later the prompt is back after a slow command. */
export async function benchHooks(): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const shell of Object.keys(shells) as ShellName[]) {
    if (!has(shell)) continue
    figures.push({
      name: `${shell}: a prompt with hooks, over none`,
      value: await cycleOverNone(shell),
      unit: 'us',
      ...shells[shell].cycle,
    })
    if (has('strace')) {
      figures.push({ name: `${shell}: forks in 50 prompts`, value: await forks(shell, 50), unit: '', limit: 0 })
    }
    figures.push({
      name: `${shell}: prompt back after a slow command, over none`,
      value: await delayOverNone(shell),
      unit: 'ms',
      ...back,
    })
    if (has('script')) {
      figures.push({
        name: `${shell}: the same where the terminal is asked for its focus`,
        value: await delayOverNone(shell, true),
        unit: 'ms',
        ...backWhereAsked,
      })
    }
  }
  return figures
}

/** The processor time of one prompt cycle more than without hooks: the median of paired runs. */
async function cycleOverNone(shell: ShellName): Promise<number> {
  const cycles = shell === 'fish' ? 300 : 2000
  const differences: number[] = []
  for (let i = 0; i < 9; i++) {
    const without = await cycleTime(shell, false, cycles)
    differences.push((await cycleTime(shell, true, cycles)) - without)
  }
  return median(differences)
}

async function cycleTime(shell: ShellName, hooks: boolean, cycles: number): Promise<number> {
  return withShell(shell, hooks, [], async (typing) => {
    await typing.lines(':', 50)
    const start = processorTime(typing.pid)
    await typing.lines(':', cycles)
    return (processorTime(typing.pid) - start) / cycles / 1000
  })
}

/** The time that a process has run, in nanoseconds. */
function processorTime(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ')[0])
}

async function forks(shell: ShellName, cycles: number): Promise<number> {
  const count = (times: number) =>
    withFolder(async (folder) => {
      const file = join(folder, 'trace')
      const trace = ['strace', '-f', '-qq', '-e', 'trace=clone,clone3,fork,vfork', '-e', 'signal=none', '-o', file]
      await withShell(shell, true, trace, (typing) => typing.lines(':', times))
      // A thread is no process.
      return readFileSync(file, 'latin1').match(/flags=(?!.*CLONE_THREAD)|fork\(/g)?.length ?? 0
    })
  return (await count(cycles + 1)) - (await count(1))
}

/** @param asked in a terminal that says after 10 ms, as VTE does, that it has the focus */
async function delayOverNone(shell: ShellName, asked = false): Promise<number> {
  const times = { with: [] as number[], without: [] as number[] }
  const before = asked ? ['gnome-terminal-'] : []
  await withShell(shell, true, before, async (hooked) => {
    await hooked.lines(shell === 'fish' ? 'set NTFY_LONGER_THAN 0.02' : 'NTFY_LONGER_THAN=0.02', 1)
    await withShell(shell, false, before, async (bare) => {
      for (let i = 0; i < 40; i++) {
        times.with.push(await hooked.time('sleep 0.03'))
        times.without.push(await bare.time('sleep 0.03'))
      }
    })
  })
  return median(times.with.slice(5)) - median(times.without.slice(5))
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

function has(program: string): boolean {
  return spawnSync(program, ['--version']).status === 0
}

class Typing {
  private output = ''
  private wake = () => {}
  private readonly pty: IPty

  constructor(pty: IPty) {
    this.pty = pty
    pty.onData((data) => {
      this.output += data
      if (data.includes('\x1b[?1004h')) setTimeout(() => pty.write('\x1b[I'), 10)
      this.wake()
    })
  }

  get pid(): number {
    return this.pty.pid
  }

  /** Types a line as often as given, a few ahead of the prompts. */
  async lines(line: string, times: number): Promise<void> {
    for (let left = times; left > 0; left -= 20) {
      const batch = Math.min(left, 20)
      this.output = ''
      this.pty.write(`${line}\r`.repeat(batch))
      await this.prompts(batch)
    }
  }

  /** Milliseconds from Enter to the prompt. */
  async time(line: string): Promise<number> {
    this.output = ''
    const start = performance.now()
    this.pty.write(`${line}\r`)
    await this.prompts(1)
    return performance.now() - start
  }

  /** Waits until that many prompts have been shown. An editor that draws one again makes it count twice. */
  async prompts(count: number): Promise<void> {
    const shown = () => this.output.split(prompt).length - 1
    while (shown() < count) {
      await new Promise<void>((resolve, reject) => {
        const late = setTimeout(
          () => reject(new Error(`no prompt: ${JSON.stringify(this.output.slice(-500))}`)),
          20_000,
        )
        this.wake = () => {
          clearTimeout(late)
          resolve()
        }
      })
    }
  }

  end(): void {
    this.pty.kill('SIGKILL')
  }
}

function withShell<T>(
  shell: ShellName,
  hooks: boolean,
  before: string[],
  body: (typing: Typing) => Promise<T>,
): Promise<T> {
  return withFolder(async (home) => {
    const words = prepare(shell, hooks, home)
    const [file = shell, ...args] = before[0]?.endsWith('-')
      ? inTerminal(home, before[0], words)
      : [...before, ...words]
    const env = { HOME: home, ZDOTDIR: home, PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', TERM: 'xterm' }
    const typing = new Typing(spawn(file, args, { name: 'xterm', cols: 80, rows: 24, cwd: home, env }))
    try {
      await typing.prompts(1)
      return await body(typing)
    } finally {
      typing.end()
    }
  })
}

/** The shell on another pseudo-terminal, which `script` opens under the name of a terminal emulator. */
function inTerminal(home: string, name: string, words: string[]): string[] {
  const program = join(home, name)
  symlinkSync(spawnSync('sh', ['-c', 'command -v script'], { encoding: 'utf8' }).stdout.trim(), program)
  return [program, '-q', '-c', words.join(' '), join(home, 'typescript')]
}

/** Writes the rc file; gives back the command that starts the shell, without its editor where it can do without. */
function prepare(shell: ShellName, hooks: boolean, home: string): string[] {
  const set = shell === 'fish' ? 'set -g NTFY_BIN true' : 'NTFY_BIN=true'
  const load = hooks ? `${set}\nsource '${resolve(`shell/ntfy.${shell}`)}'\n` : ''
  if (shell === 'bash') {
    writeFileSync(join(home, 'rc'), `PS1='${prompt}'\n${load}`)
    return ['bash', '--noediting', '--noprofile', '--rcfile', join(home, 'rc'), '-i']
  }
  if (shell === 'zsh') {
    writeFileSync(join(home, '.zshrc'), `PS1='${prompt}'; unsetopt zle prompt_sp\n${load}`)
    return ['zsh', '-d', '-i']
  }
  mkdirSync(join(home, '.config/fish'), { recursive: true })
  // Without it fish reads all manual pages of the machine in the background.
  mkdirSync(join(home, '.local/share/fish/generated_completions'), { recursive: true })
  const quiet = `set -g fish_greeting; function fish_prompt; echo -n '${prompt}'; end; function fish_title; end`
  writeFileSync(join(home, '.config/fish/config.fish'), `${quiet}\nset -g fish_autosuggestion_enabled 0\n${load}`)
  return ['fish', '-i']
}
