import { expect, it, onTestFinished, vi } from 'vitest'
import { away } from '../support/away.ts'
import { desktopPrograms, useDesktop } from '../support/desktop.ts'
import { temporaryFolder } from '../support/home.ts'
import { describeWith } from '../support/programs.ts'
import { emulators, openOther, openShellWindow } from '../support/typed-window.ts'
import { becomes, minutes, waitFor } from '../support/wait.ts'

const needed = [...desktopPrograms, 'openbox', 'xdotool', 'xterm', 'bash']
const limit = () => AbortSignal.timeout(minutes)

/** A command is told when the focus has gone elsewhere while it ran, and only then: by the hooks and by `done -b`. */
for (const name of Object.keys(emulators)) {
  for (const inTmux of name === 'xterm' || name === 'xfce4-terminal' ? [false, true] : [false]) {
    describeWith([...needed, name, ...(inTmux ? ['tmux'] : [])], `in ${inTmux ? 'tmux in ' : ''}${name}`, () => {
      const screen = useDesktop({ windows: true })

      it('only what nobody looks at is told', async () => {
        const shown = () =>
          screen()
            .shown()
            .map(({ body }) => body)
        const other = await openOther(screen())
        const inside = inTmux ? ['tmux', '-S', `${temporaryFolder()}/tmux`, '-f', '/dev/null', 'new-session'] : []
        const shell = await openShellWindow(screen(), emulators[name] ?? [], inside)
        let runs = 0

        await shell.hold('hold seen; : hook, seen')
        shell.release('seen')
        await shell.ended(++runs)
        await shell.hold('hold a; : hook, unseen')
        await other.focus()
        shell.release('a')
        await shell.ended(++runs)
        await waitFor('the notification', () => shown().length > 0)
        expect(shown()).toEqual([expect.stringContaining('hook, unseen')])

        await shell.focus()
        await shell.hold('NTFY=off; ntfy done -b hold seen-too')
        shell.release('seen-too')
        await shell.ended(++runs)
        await shell.hold('ntfy done -b hold b')
        await other.focus()
        shell.release('b')
        await shell.ended(++runs)
        await waitFor('the notification', () => shown().length > 1)
        expect(shown()).toEqual([expect.anything(), expect.stringContaining('hold b')])
      })
    })
  }
}

describeWith([...needed, 'konsole'], 'a tab of konsole', () => {
  const screen = useDesktop({ windows: true })

  it('is not looked at while another one is in front', async () => {
    vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', screen().env['DBUS_SESSION_BUS_ADDRESS'])
    onTestFinished(() => void vi.unstubAllEnvs())
    const shell = await openShellWindow(screen(), emulators['konsole'] ?? [])
    const seen = async () => (await away(shell.terminal, limit())).source
    await becomes(seen, 'Konsole: the tab has the focus')
    await shell.press('ctrl+shift+t')
    await becomes(seen, 'Konsole: the tab is hidden')
    await shell.press('shift+Left')
    await becomes(seen, 'Konsole: the tab has the focus')
  })
})

describeWith([...needed, 'kitty'], 'a tab of kitty', () => {
  const screen = useDesktop({ windows: true })

  it('is not surely looked at where there are others, unless kitty may be asked', async () => {
    const shell = await openShellWindow(screen(), emulators['kitty'] ?? [])
    const seen = async () => (await away(shell.terminal, limit())).answer
    await becomes(seen, 'no')
    await shell.press('ctrl+shift+t')
    await becomes(seen, 'unknown')
  })

  it('is known where kitty may be asked', async () => {
    const remote = ['-o', 'allow_remote_control=yes', '--listen-on', `unix:${temporaryFolder()}/kitty`]
    const shell = await openShellWindow(screen(), [...(emulators['kitty'] ?? []), ...remote])
    const seen = async () => (await away(shell.terminal, limit())).source
    await becomes(seen, 'kitty: the window has the focus')
    await shell.press('ctrl+shift+t')
    await becomes(seen, 'kitty: the tab is hidden')
    const other = await openOther(screen())
    await other.focus()
    await becomes(seen, 'kitty: the focus is on another window')
    await shell.focus()
    await shell.press('ctrl+shift+Left')
    await becomes(seen, 'kitty: the window has the focus')
  })
})
