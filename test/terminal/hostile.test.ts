import { writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { unknownKind } from '../../src/terminal/kinds.ts'
import { line, notificationSequence } from '../../src/terminal/sequences.ts'
import { writeToTerminal } from '../../src/terminal/tty.ts'
import { desktopPrograms, useDesktop } from '../support/desktop.ts'
import { temporaryFolder } from '../support/home.ts'
import { hostileTexts } from '../support/hostile.ts'
import { describeWith } from '../support/programs.ts'
import { emulators, openProgramWindow, xdotool } from '../support/typed-window.ts'
import { minutes, waitFor } from '../support/wait.ts'

const protocols = ['osc9', 'osc99', 'osc777', 'osc1337'] as const

for (const name of Object.keys(emulators)) {
  describeWith([...desktopPrograms, 'openbox', 'xdotool', name], `${name}, whatever the texts are`, () => {
    const screen = useDesktop({ windows: true })

    it('shows no character of a sequence, answers nothing and keeps its title', async () => {
      const folder = temporaryFolder()
      const script = `${folder}/script`
      // What the terminal answers comes by the script's stdin.
      writeFileSync(
        script,
        `stty raw -echo; echo $$ $(tty) > ${folder}/new; mv ${folder}/new ${folder}/sign; cat > ${folder}/heard`,
      )
      const { id, tty, heard } = await openProgramWindow(screen(), emulators[name] ?? [], ['sh', script], folder)
      const signal = AbortSignal.timeout(minutes)
      await writeToTerminal(tty, '\u001b]2;the title\u0007', signal)
      const title = () => xdotool(screen(), 'getwindowname', id)
      // Konsole's own title is that of its tab.
      if (name !== 'konsole') await waitFor('the title', async () => (await title()).includes('the title'))
      const titled = await title()
      for (const protocol of protocols) {
        for (const text of hostileTexts(300)) {
          const message = { title: text, message: text, priority: 'default', id: text } as const
          await writeToTerminal(tty, notificationSequence(message, protocol, unknownKind), signal)
        }
      }
      // Where the cursor is says whether anything was printed (DSR).
      await writeToTerminal(tty, '\u001b[6n', signal)
      await waitFor('the answer', () => heard() !== '')
      expect(heard()).toBe('\u001b[1;1R')
      expect(await title()).toBe(titled)
      expect(line({ title: 'a', message: '\u001b]0;b\u0007c' })).toBe('a: c')
    })
  })
}
