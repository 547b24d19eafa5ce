import { writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { away as ask } from '../../src/away/index.ts'
import type { TerminalReference } from '../../src/notification/index.ts'
import { away } from '../support/away.ts'
import { describeWith } from '../support/programs.ts'
import type { Terminal } from '../support/pty.ts'
import { hookFile, type ShellName, shellNames } from '../support/shell.ts'
import { tmuxServer } from '../support/tmux.ts'
import { minutes, waitFor } from '../support/wait.ts'

const limit = () => AbortSignal.timeout(minutes)

/** tmux and its clients need a moment to agree on what is shown. */
const becomes = (pane: TerminalReference | undefined, answer: string) =>
  waitFor(`away to be ${answer}`, async () => (await away(pane, limit())).answer === answer)

const loads: Record<ShellName, string> = {
  bash: `bash --noprofile --rcfile ${hookFile('bash')} -i`,
  zsh: `ZDOTDIR=$HOME zsh -i`,
  fish: `fish -i -C 'source ${hookFile('fish')}'`,
}

for (const shell of shellNames) {
  describeWith(['tmux', shell], `in tmux the hooks of ${shell}`, () => {
    it('have the terminal around it report its focus, once', async () => {
      const { run, attach, folder } = tmuxServer()
      writeFileSync(`${folder}/.zshrc`, `source ${hookFile('zsh')}\n`)
      const terminal = await attach('kitty')
      const asked = () => terminal.output().split('\u001b[?1004h').length - 1
      const before = Math.floor(Date.now() / 1000)
      await run('new-window', '-t', 'main', loads[shell])
      const notes = async () => (await run('show-options', '-sqv', '@ntfy_focus')).trim()
      await waitFor('the note', async () => (await notes()) !== '')
      const [, pid, time] = /^(\d+):(\d+)$/.exec(await notes()) ?? []
      expect(await run('list-clients', '-F', '#{client_pid}')).toBe(`${pid}\n`)
      expect(Number(time)).toBeGreaterThanOrEqual(before)
      expect(Number(time)).toBeLessThanOrEqual(Date.now() / 1000)
      expect(asked()).toBe(1)
      const pane = (await run('list-panes', '-t', 'main', '-F', '#{pane_tty} #{pane_pid}')).trim().split(' ')
      const reference = { tty: pane[0] ?? '', shellPid: Number(pane[1]) }
      await waitFor('a key', async () => {
        terminal.type(' ')
        return (await away(reference, limit())).answer === 'no'
      })
      terminal.type('\u001b[O')
      await becomes(reference, 'yes')
      await run('new-window', '-t', 'main', loads[shell])
      await run('new-window', '-t', 'main', 'sleep 600')
      expect(asked()).toBe(1)
      // What was asked ends with the client.
      await run('detach-client', '-s', 'main')
      await terminal.see('\u001b[?1004l')
    })
  })
}

describeWith(['tmux'], 'whether nobody is looking at a pane of tmux', () => {
  it('is yes for what no client shows', async () => {
    const { run, panes, attach } = tmuxServer()
    const [first] = await panes()
    // Detached.
    await becomes(first, 'yes')
    expect(await away(first, limit())).toMatchObject({
      answer: 'yes',
      source: expect.stringMatching(/^tmux: pane %\d/),
    })
    await attach('kitty')
    await becomes(first, 'unknown')
    // Beside the active pane, and hidden by it.
    await run('split-window', '-t', 'main', 'sleep 600')
    await becomes(first, 'yes')
    await run('resize-pane', '-Z', '-t', 'main')
    await becomes(first, 'yes')
    await run('select-pane', '-t', 'main:0.0')
    await becomes(first, 'unknown')
    // In another window, in another session.
    await run('new-window', '-t', 'main', 'sleep 600')
    await becomes(first, 'yes')
    await run('new-session', '-d', '-s', 'other', 'sleep 600')
    await run('switch-client', '-t', 'other')
    await becomes((await panes())[2], 'yes')
  })

  it('follows the focus that the terminal reports', async () => {
    const { run, panes, attach } = tmuxServer()
    await run('set', '-g', 'focus-events', 'on')
    const [pane] = await panes()
    const here = await attach('kitty')
    const focused = () => run('list-clients', '-F', '#{client_flags}')
    const report = async (terminal: Terminal, bytes: string, want: (flags: string) => boolean) => {
      terminal.type(bytes)
      await waitFor('the report', async () => want(await focused()))
    }
    await report(here, '\x1b[O', (flags) => !flags.includes('focused'))
    expect(await away(pane, limit())).toMatchObject({ answer: 'yes', source: expect.stringMatching(/^tmux: pane %\d/) })
    await report(here, '\x1b[I', (flags) => flags.includes('focused'))
    expect(await away(pane, limit())).toEqual({ answer: 'no', source: 'tmux: pane %0 of the focused client' })
    // Another client shows the same pane: one with the focus is enough.
    await attach('foot')
    await report(here, '\x1b[O', (flags) => flags.split('\n').filter((row) => row.includes('focused')).length === 1)
    expect(await away(pane, limit())).toEqual({ answer: 'no', source: 'tmux: pane %0 of the focused client' })
  })

  it('is yes if it is yes for the tmux in which this one is shown', async () => {
    const [outer, inner] = [tmuxServer(), tmuxServer()]
    await outer.attach('kitty')
    const [pane] = await inner.panes()
    await outer.run('new-window', '-t', 'main', `env -u TMUX ${inner.command.join(' ')} attach -t main; :`)
    await waitFor('the inner client', async () => (await inner.run('list-clients')) !== '')
    expect(await away(pane, limit())).toMatchObject({ answer: 'unknown' })
    await outer.run('new-window', '-t', 'main', 'sleep 600')
    expect(await away(pane, limit())).toMatchObject({ answer: 'yes', source: expect.stringMatching(/^tmux: pane %\d/) })
  })

  it('is answered in 300 ms even by a frozen tmux', async () => {
    const { run, panes } = tmuxServer()
    const [pane] = await panes()
    const server = Number(await run('display-message', '-p', '#{pid}'))
    process.kill(server, 'SIGSTOP')
    const signal = limit()
    expect(await ask(pane, signal)).toEqual({ answer: 'unknown', source: 'no answer within 300 ms' })
    expect(signal.aborted).toBe(false)
    process.kill(server, 'SIGCONT')
  })
})
