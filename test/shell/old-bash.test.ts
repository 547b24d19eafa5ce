import { describe, expect, it } from 'vitest'
import { which } from '../support/programs.ts'
import { TypedShell } from '../support/shell.ts'

/**
 * Other versions than the machine's own: skipped where they are not installed under these names, in CI too, since no
 * distribution has them all.
 */
for (const program of ['bash-3.2', 'bash-4.3', 'bash-4.4', 'bash-5.0', 'bash-5.1', 'bash-5.3']) {
  const seconds = /3\.2|4\./.test(program)
  const slow = seconds ? 'sleep 2.1' : 'sleep 0.4'
  describe.skipIf(!which(program))(`the hooks in ${program}`, () => {
    const options = { program, threshold: seconds ? '1' : '0.3' }

    it('report what was slow, and nothing else', async () => {
      const typing = new TypedShell('bash', { ...options, before: 'HISTCONTROL=ignoreboth; alias nap="sleep"' })
      const lines = [
        slow,
        'true',
        '',
        ` ${slow}; : secret`,
        '# comment',
        `${slow} | cat; (exit 4)`,
        slow.replace('sleep', 'nap'),
      ]
      for (const line of lines) await typing.run(line)
      const calls = await typing.called(3)
      expect(calls.map(({ typed }) => typed)).toEqual([slow, `${slow} | cat; (exit 4)`, slow.replace('sleep', 'nap')])
      expect(calls.map(({ last }) => last)).toEqual([slow, 'cat', slow])
      expect(calls.map((call) => call.flag('--status'))).toEqual(['0', '4', '0'])
    })

    it('keep status, last word, traps and prompt commands, and go without a trace', async () => {
      const before = "trap ': debug' DEBUG; PROMPT_COMMAND='s=$?'"
      const typing = new TypedShell('bash', { ...options, before })
      await typing.run(`${slow}; (exit 3)`)
      expect(await typing.run('echo "[$s $?]"')).toContain('[3 3]')
      await typing.run('ntfy_unhook')
      await typing.run('true')
      const state = await typing.run(
        'echo "[$PROMPT_COMMAND]"; trap -p DEBUG; compgen -A function ntfy; compgen -v __ntfy',
      )
      expect(state).toContain("[s=$?]\ntrap -- ': debug' DEBUG\n@@")
      expect(await typing.called(1)).toHaveLength(1)
    })
  })
}
