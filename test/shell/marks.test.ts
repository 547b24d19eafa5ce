import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ntfy } from '../support/cli.ts'
import { describeWith } from '../support/programs.ts'
import { shellNames, TypedShell } from '../support/shell.ts'
import { timer, waitFor } from '../support/wait.ts'

const suspend = '\u001a'
const interrupt = '\u0003'

/** A shell with a high threshold, and `ntfy` as another pane of that user types it. */
function panes(shell: (typeof shellNames)[number]) {
  const typing = new TypedShell(shell, { threshold: '20' })
  const env = { HOME: typing.home, PATH: process.env['PATH'] ?? '', XDG_RUNTIME_DIR: `${typing.home}/run` }
  return { typing, other: (...words: string[]) => ntfy(words, { env }), pid: String(typing.terminal.pid) }
}

/** A command that runs until it is released; it can be held again then. */
function heldCommand({ home }: TypedShell) {
  const [begun, released] = [join(home, 'begun'), join(home, 'released')]
  return {
    command: `sh -c ': >${begun}; until rm ${released} 2>/dev/null; do sleep 0.1; done'`,
    /** Until then what is in front may be the shell, or a program of its prompt. */
    begins: async () => {
      await waitFor('its beginning', () => existsSync(begun))
      rmSync(begun)
    },
    release: () => writeFileSync(released, ''),
  }
}

for (const shell of shellNames) {
  describeWith([shell], `marks in ${shell}`, () => {
    it('of another pane notify of the command that runs, whatever it is, and of no other', async () => {
      const { typing, other, pid } = panes(shell)
      const held = heldCommand(typing)
      const marked = async (line: string, how: 'end' | 'press', words = ['this', pid]) => {
        await typing.ready()
        const from = typing.terminal.output().length
        typing.terminal.type(`${line}\r`)
        await held.begins()
        // Nobody marks what ends at once, and fish does not look for marks then.
        const hasLasted = timer(100)
        expect(await other(...words)).toMatchObject({ code: 0, stderr: '' })
        await waitFor('a command that lasts', hasLasted)
        if (how === 'press') typing.terminal.type(interrupt)
        else held.release()
        await typing.ready(from)
      }
      expect(await other('this', pid)).toMatchObject({ code: 69, stderr: expect.stringContaining('no command runs') })
      // Also one that its name excludes.
      await marked(shell === 'fish' ? held.command : `vim() { ${held.command}; }; vim`, 'end')
      await marked(held.command, 'press', ['this', typing.terminal.device])
      await marked(` ${held.command}`, 'end', ['this'])
      await typing.run('sleep 0.2')
      const calls = await typing.called(3)
      expect(calls.map((call) => call.args.find((arg) => arg.startsWith('--marked=')) !== undefined)).toEqual([
        true,
        true,
        true,
      ])
      expect(calls.map((call) => call.flag('--status'))).toEqual(['0', '130', '0'])
      expect(calls.map((call) => call.args.includes('--private'))).toEqual([false, false, true])
      expect(calls.map(({ typed }) => typed.includes('sleep'))).toEqual([true, true, false])
    })

    it('can be taken away, and outlast Ctrl-Z', async () => {
      const { typing, other, pid } = panes(shell)
      await typing.ready()
      const from = typing.terminal.output().length
      const held = heldCommand(typing)
      typing.terminal.type(`${held.command}\r`)
      await held.begins()
      expect(await other('this', pid)).toMatchObject({ code: 0 })
      expect(await other('this', '--cancel', pid)).toMatchObject({ code: 0, stdout: '', stderr: '' })
      // Without its mark it is interrupted in silence.
      typing.terminal.type(interrupt)
      await typing.ready(from)
      await typing.ready()
      const before = typing.terminal.output().length
      typing.terminal.type(`${held.command}\r`)
      await held.begins()
      expect(await other('this', pid)).toMatchObject({ code: 0 })
      typing.terminal.type(suspend)
      await typing.ready(before)
      held.release()
      await typing.run('sleep 0.1')
      await typing.run('fg')
      expect((await typing.called(1)).map(({ typed }) => typed)).toEqual([held.command])
    })

    it('are what `ntfy fg` makes of a suspended job, until it ends', async () => {
      const { typing } = panes(shell)
      await typing.runAndPress('sleep 2', suspend)
      await typing.run('sleep 0.1')
      await typing.run('ntfy fg')
      const [call] = await typing.called(1)
      expect(call).toMatchObject({ typed: 'sleep 2' })
      expect(call?.flag('--status')).toBe('0')
      // No job is there any more: the word is the program's again.
      await typing.run('ntfy fg </dev/null')
      expect((await typing.called(2)).map(({ args }) => args)).toContainEqual(['fg'])
    })
  })
}

describeWith(['bash'], 'a mark', () => {
  it('is refused in words', async () => {
    const { typing, other, pid } = panes('bash')
    await typing.ready()
    const refusals: [string[], number, string][] = [
      [['this', '4194304999'], 64, 'no such process'],
      [['this', '/dev/null'], 64, 'no such process or terminal'],
      [['this', 'pts/99999'], 64, 'no such process or terminal'],
      [['this', String(process.pid)], 64, 'neither a shell on a terminal'],
      [['this', pid, 'x'], 64, 'unexpected argument'],
      [['this', pid], 69, 'no command runs'],
      [['fg'], 64, 'only a shell can resume its jobs'],
    ]
    for (const [words, code, sentence] of refusals) {
      expect(await other(...words)).toMatchObject({ code, stderr: expect.stringContaining(sentence) })
    }
    const { ntfyBin } = await import('../support/cli.ts')
    expect(await typing.run(`${ntfyBin} this $$; echo "status $?"`)).toMatch(
      /that is the shell that this runs in[\s\S]*status 64/,
    )
    expect(await typing.run(`${ntfyBin} fg; echo "status $?"`)).toMatch(/no job is suspended[\s\S]*status 64/)
  })
})
