import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { kinds } from '../../src/terminal/kinds.ts'
import { temporaryFolder } from '../support/home.ts'
import { describeWith, which } from '../support/programs.ts'
import { hookFile, type ShellName, type ShellOptions, shellNames, TypedShell } from '../support/shell.ts'
import { minutes, timer } from '../support/wait.ts'

/** What the hooks ask, and what they do afterwards. */
const [ask, end] = ['\u001b[?1004h', '\u001b[?1004l']

/**
 * A shell in a terminal of that name: `script` opens a pseudo-terminal and starts the shell in it, as a terminal does.
 * What the shell writes and reads passes through, so the test can answer in the terminal's place.
 */
function inTerminal(shell: ShellName, name: string, options: ShellOptions = {}): TypedShell {
  const folder = join(temporaryFolder(), 'bin')
  mkdirSync(folder)
  symlinkSync(which('script') ?? 'script', join(folder, name))
  return new TypedShell(shell, { ...options, program: join(folder, name), wrap: ['-q', '-c'], quoted: shell })
}

/**
 * Runs a command that notifies, and answers what the hook asks, in new shells until an answer was in time: on a busy
 * machine 13 ms are short, and what comes later is input. Gives back what the program was told, and the shell.
 */
async function focusTold(open: () => TypedShell, answer: string) {
  for (let i = 0; i < 60; i++) {
    const typing = open()
    const from = await typing.ready()
    typing.terminal.type('sleep 0.4\r')
    const isLate = timer(minutes)
    while (!typing.terminal.output().includes(ask, from) && !isLate()) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    typing.terminal.type(answer)
    const focus = (await typing.called(1))[0]?.flag('--focus')
    if (focus !== undefined) return { focus, typing }
    typing.terminal.kill('SIGKILL')
  }
  throw new Error('no answer was in time')
}

for (const shell of shellNames) {
  describeWith([shell, 'script', 'bash'], `the focus of the terminal, asked by the hooks of ${shell}`, () => {
    it('goes to the program, and leaves nothing on the terminal', async () => {
      const open = () => inTerminal(shell, 'gnome-terminal-')
      expect(await focusTold(open, '\u001b[I')).toMatchObject({ focus: 'yes' })
      const { focus, typing } = await focusTold(open, '\u001b[O')
      expect(focus).toBe('no')
      await typing.ready()
      await typing.run('stty -a | grep -c -e " icanon .* echo "')
      expect(typing.shown()).not.toContain('^[')
      expect(typing.terminal.output().split(ask).length).toBe(typing.terminal.output().split(end).length)
    })

    it('is not known where the terminal says nothing, and the prompt does not wait for it', async () => {
      const typing = inTerminal(shell, 'ghostty')
      await typing.run('sleep 0.4; : silent')
      const [call] = await typing.called(1)
      expect(call?.flag('--focus')).toBeUndefined()
      expect(typing.terminal.output()).toContain(ask)
    })

    it('is not asked of another terminal, below the threshold, or if it does not matter', async () => {
      for (const name of ['kitty', 'sshd', 'tmux']) {
        const typing = inTerminal(shell, name)
        await typing.run('sleep 0.4')
        await typing.called(1)
        expect(typing.terminal.output()).not.toContain(ask)
      }
      const typing = inTerminal(shell, 'xfce4-terminal')
      await typing.run('sleep 0.1')
      await typing.run(shell === 'fish' ? 'set NTFY_FOREGROUND_TOO 1' : 'NTFY_FOREGROUND_TOO=1')
      await typing.run('sleep 0.4')
      await typing.called(1)
      expect(typing.terminal.output()).not.toContain(ask)
    })

    it('is not asked when something was typed ahead, which arrives whole', async () => {
      const typing = inTerminal(shell, 'kgx')
      for (const early of ['echo early typing', 'echo whole line\recho and a part']) {
        const from = await typing.ready()
        typing.terminal.type('echo go""ing; sleep 0.5\r')
        await typing.terminal.see('going', from)
        typing.terminal.type(early)
        await typing.called(typing.calls().length + 1)
        typing.terminal.type('!\r')
        await typing.terminal.see(/(early typing|and a part)!\r\n/, from)
        await typing.ready(from)
      }
      expect(typing.terminal.output()).not.toContain(ask)
      expect(typing.shown()).toContain('\nwhole line')
    })
  })
}

it('the hooks know the same terminals as the program', () => {
  for (const shell of shellNames) {
    const text = readFileSync(hookFile(shell), 'utf8')
    const [list = ''] = /gnome-terminal-[\s\S]*?tabby/.exec(text) ?? []
    const names = list
      .replace(/[|\\'\n]/g, ' ')
      .split(/\s+/)
      .map((name) => name.replace('*', ''))
    expect(names.length, shell).toBeGreaterThan(15)
    for (const name of names) {
      const kind = kinds.find(({ program }) => program.test(name))
      expect([shell, name, kind?.reportsFocus]).toEqual([shell, name, true])
    }
    for (const kind of kinds.filter(({ reportsFocus }) => reportsFocus)) {
      const sample = names.find((name) => kind.program.test(name))
      expect([shell, kind.program.source, sample]).toEqual([shell, kind.program.source, expect.any(String)])
    }
  }
})
