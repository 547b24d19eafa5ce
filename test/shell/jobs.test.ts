import { expect, it } from 'vitest'
import { describeWith } from '../support/programs.ts'
import { shellNames, TypedShell } from '../support/shell.ts'
import { waitFor } from '../support/wait.ts'

const suspend = '\u001a'
const interrupt = '\u0003'

for (const shell of shellNames) {
  describeWith([shell], `job control in ${shell}`, () => {
    it('is no end of a command: what was suspended is reported when it ends, with its text', async () => {
      const typing = new TypedShell(shell)
      const start = performance.now()
      await typing.runAndPress('sleep 1', suspend)
      await typing.run('true')
      await typing.run('fg')
      const took = performance.now() - start
      const calls = await typing.settled()
      expect(calls.map(({ typed }) => typed)).toEqual(['sleep 1'])
      expect(calls[0]?.flag('--status')).toBe('0')
      expect(Number(calls[0]?.flag('--duration-ms'))).toBeLessThanOrEqual(Math.ceil(took))
    })

    it('is no end even after the threshold, and twice', async () => {
      const typing = new TypedShell(shell)
      const line = "sh -c 'sleep 0.4; kill -TSTP $$; sleep 0.4; kill -TSTP $$; sleep 0.4'"
      await typing.run(line)
      await typing.run('fg')
      expect(await typing.settled()).toEqual([])
      await typing.run('fg')
      expect((await typing.settled()).map(({ typed }) => typed)).toEqual([line])
    })

    it('tells two suspended commands apart', async () => {
      const typing = new TypedShell(shell)
      await typing.runAndPress('sleep 2.5', suspend)
      await typing.runAndPress('sleep 1.2', suspend)
      await typing.run('fg')
      await typing.run('fg')
      const calls = await typing.settled()
      expect(calls.map(({ typed }) => typed)).toEqual(['sleep 1.2', 'sleep 2.5'])
    })

    it('does not make public what was private', async () => {
      const typing = new TypedShell(shell)
      await typing.runAndPress(' sleep 1', suspend)
      await typing.run('fg')
      expect(await typing.settled()).toEqual([])
    })

    it('is no matter for other commands while one is suspended', async () => {
      const typing = new TypedShell(shell)
      await typing.runAndPress('sleep 100', suspend)
      await typing.run('sleep 0.4')
      await typing.run('sleep 0.5 &')
      await typing.run('sleep 0.41')
      expect((await typing.settled()).map(({ typed }) => typed)).toEqual(['sleep 0.4', 'sleep 0.41'])
    })

    it('is silent when Ctrl-C ends a command, or a line', async () => {
      const typing = new TypedShell(shell)
      const from = await typing.ready()
      typing.terminal.type("sh -c 'sleep 0.4; echo o''ver; exec sleep 600'\r")
      await typing.terminal.see('over', from)
      await typing.press(interrupt)
      const next = typing.terminal.output().length
      typing.terminal.type('a-line-to-be-dropped')
      await waitFor('the line', () => typing.shown(next).includes('dropped'))
      // fish shows its next prompt with the next key only.
      if (shell === 'fish') typing.terminal.type(`${interrupt}\r`)
      else await typing.press(interrupt)
      expect(await typing.settled()).toEqual([])
    })
  })
}
