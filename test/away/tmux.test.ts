import { expect, it } from 'vitest'
import { away } from '../../src/away/index.ts'
import type { TerminalReference } from '../../src/notification.ts'
import { describeWith } from '../support/programs.ts'
import type { Terminal } from '../support/pty.ts'
import { tmuxServer } from '../support/tmux.ts'
import { waitFor } from '../support/wait.ts'

const limit = () => AbortSignal.timeout(5000)

/** tmux and its clients need a moment to agree on what is shown. */
const becomes = (pane: TerminalReference | undefined, answer: string) =>
  waitFor(`away to be ${answer}`, async () => (await away(pane, limit())).answer === answer)

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
    await run('split-window', '-t', 'main', 'sleep 60')
    await becomes(first, 'yes')
    await run('resize-pane', '-Z', '-t', 'main')
    await becomes(first, 'yes')
    await run('select-pane', '-t', 'main:0.0')
    await becomes(first, 'unknown')
    // In another window, in another session.
    await run('new-window', '-t', 'main', 'sleep 60')
    await becomes(first, 'yes')
    await run('new-session', '-d', '-s', 'other', 'sleep 60')
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
    await outer.run('new-window', '-t', 'main', 'sleep 60')
    expect(await away(pane, limit())).toMatchObject({ answer: 'yes', source: expect.stringMatching(/^tmux: pane %\d/) })
  })

  it('is answered in 300 ms even by a frozen tmux', async () => {
    const { run, panes } = tmuxServer()
    const [pane] = await panes()
    const server = Number(await run('display-message', '-p', '#{pid}'))
    process.kill(server, 'SIGSTOP')
    const start = performance.now()
    expect(await away(pane, limit())).toMatchObject({ answer: 'unknown' })
    expect(performance.now() - start).toBeLessThan(450)
    process.kill(server, 'SIGCONT')
  })
})
