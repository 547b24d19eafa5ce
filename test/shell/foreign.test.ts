import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { run } from '../support/cli.ts'
import { describeWith } from '../support/programs.ts'
import { shellNames, TypedShell } from '../support/shell.ts'

for (const shell of shellNames) {
  describeWith([shell, 'mkfifo'], `what somebody else put in the place of the files of the hooks in ${shell}`, () => {
    const place = (typing: TypedShell) => {
      const state = join(typing.home, '.local/state/ntfy')
      mkdirSync(join(state, 'shells'), { recursive: true })
      return { state, file: join(state, 'shells', String(typing.terminal.pid)) }
    }

    it('a pipe holds up no prompt, and what is told comes all the same', async () => {
      const typing = new TypedShell(shell)
      await typing.ready()
      const { state, file } = place(typing)
      const pipes = [file, join(state, 'hook-settings'), join(typing.home, `run/ntfy/history.${typing.terminal.pid}`)]
      mkdirSync(join(typing.home, 'run/ntfy'), { mode: 0o700 })
      for (const pipe of pipes) await run('mkfifo', [pipe], { env: { PATH: process.env['PATH'] ?? '' } })
      for (const line of ['sleep 0.4; : one', 'sleep 0.4; : two', 'true']) await typing.run(line)
      expect((await typing.settled()).map(({ typed }) => typed)).toEqual(
        expect.arrayContaining(['sleep 0.4; : one', 'sleep 0.4; : two']),
      )
    })

    it('a link is not followed, whether to read or to write', async () => {
      const typing = new TypedShell(shell, { threshold: '' })
      await typing.ready()
      const { state, file } = place(typing)
      const victim = join(typing.home, 'victim')
      writeFileSync(victim, 'longer_than_ms=1\nprivate=hide\n')
      for (const link of [file, join(state, 'hook-settings')]) symlinkSync(victim, link)
      await typing.run('sleep 0.1; : not told')
      await typing.run(shell === 'fish' ? 'set -g NTFY_LONGER_THAN 0.3' : 'NTFY_LONGER_THAN=0.3')
      for (const line of ['sleep 0.4; : one', 'true', 'sleep 0.4; : two', 'true']) await typing.run(line)
      const told = (await typing.settled()).map(({ typed }) => typed)
      expect(told.filter((text) => text.startsWith('sleep'))).toEqual(['sleep 0.4; : one', 'sleep 0.4; : two'])
      expect(readFileSync(victim, 'utf8')).toBe('longer_than_ms=1\nprivate=hide\n')
    })

    it.runIf(process.getuid?.() === 0)("root writes nothing into another user's home", async () => {
      const typing = new TypedShell(shell, { before: 'mkdir theirs; chown 4711 theirs' })
      await typing.run(
        shell === 'fish' ? 'set -gx XDG_STATE_HOME $HOME/theirs/state' : 'export XDG_STATE_HOME=$HOME/theirs/state',
      )
      // Root's own state is looked for here instead, and may not be written in a test.
      await typing.run(
        shell === 'fish'
          ? 'functions -c __ntfy_state real; function __ntfy_state; real >>place; echo $HOME/own; end'
          : 'eval "real_$(typeset -f __ntfy_state)"; __ntfy_state() { real___ntfy_state; echo $_ntfy_state >>place; _ntfy_state=$HOME/own; }',
      )
      for (const line of ['sleep 0.4; : one', 'true', 'sleep 0.4; : two', 'true']) await typing.run(line)
      await typing.settled()
      const places = readFileSync(join(typing.home, 'place'), 'utf8').trim().split('\n')
      expect(new Set(places)).toEqual(new Set([expect.stringMatching(/^\/(?!tmp).*\/\.local\/state\/ntfy$/)]))
      expect(
        (await run('ls', ['-A', 'theirs'], { env: { HOME: typing.home, PATH: process.env['PATH'] ?? '' } })).stdout,
      ).toBe('')
    })
  })
}
