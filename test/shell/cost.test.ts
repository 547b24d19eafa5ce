import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeWith, which } from '../support/programs.ts'
import { shellNames, TypedShell } from '../support/shell.ts'

/** A thread is no process. */
const fork = /^.*(flags=(?!.*CLONE_THREAD)|fork\().*$/gm

for (const shell of shellNames) {
  describeWith([shell, 'strace'], `under the threshold the hooks of ${shell}`, () => {
    it('start no process, however many prompts and settings there are', async () => {
      const typing = new TypedShell(shell, { threshold: '10' })
      // Under strace from its start: what comes with the first prompt counts too.
      const traced = new TypedShell(shell, {
        threshold: '10',
        env: { NTFY_BACKGROUND: '1' },
        program: 'strace',
        wrap: [
          '-f',
          '-qq',
          '-e',
          'trace=clone,clone3,fork,vfork',
          '-e',
          'signal=none',
          '-o',
          join(typing.home, 'trace'),
          shell,
        ],
      })
      for (const line of ['true', 'false', '', 'cd .', 'echo x', ...Array<string>(10).fill('true')])
        await traced.run(line)
      await traced.run(shell === 'fish' ? 'set NTFY_LONGER_THAN 5' : 'NTFY_LONGER_THAN=5')
      // A command that is slow, but not as slow as the threshold, in which the settings are read.
      await traced.run(
        shell === 'bash' ? 'read -t 0.2 x' : shell === 'zsh' ? 'zmodload zsh/zselect; zselect -t 20' : 'true',
      )
      await traced.run('echo end')
      expect(readFileSync(join(typing.home, 'trace'), 'latin1').match(fork) ?? []).toEqual([])
      expect(traced.calls()).toEqual([])
      expect(which('strace')).toBeDefined()
    })
  })
}
