import { expect, it } from 'vitest'
import { describeWith } from '../support/programs.ts'
import { type Call, shellNames, TypedShell } from '../support/shell.ts'
import { waitFor } from '../support/wait.ts'

for (const shell of shellNames) {
  describeWith([shell], `jobs in the background of ${shell}`, () => {
    it('notify from the threshold on, at the next prompt at the latest, with command and status', async () => {
      const quiet = shell === 'zsh' ? { before: 'unsetopt notify' } : {}
      const typing = new TypedShell(shell, { threshold: '0.8', env: { NTFY_BACKGROUND: '1' }, ...quiet })
      // A mark of the job's end, for which nothing has to be slept.
      const end = `${typing.home}/end`
      await typing.run(`sh -c 'sleep 1; echo >${end}; exit 3' &`)
      await typing.run('sleep 0.1 &')
      await waitFor('its end', async () => (await import('node:fs')).existsSync(end))
      // What is short stays so, although it ended while something long ran.
      await typing.run('sleep 1.2')
      await waitFor('both', async () => {
        await typing.run('true')
        return typing.calls().length >= 2
      })
      await typing.run(' sleep 1 &')
      await typing.run('sleep 0.1 & sleep 1 | sh -c "cat; exit 4" & true')
      await typing.run('sleep 1.2; true')
      await waitFor('the other two', async () => {
        await typing.run('true')
        return typing.calls().length >= 4
      })
      const calls = typing.calls().map((call) => ({
        typed: call.typed.replace(/ &$/, ''),
        status: call.flag('--status'),
        job: call.args.includes('--job'),
      }))
      expect(calls.filter(({ job }) => !job).map(({ typed }) => typed)).toEqual(['sleep 1.2', 'sleep 1.2; true'])
      const jobs = calls.filter(({ job }) => job)
      expect(jobs.map(({ status }) => status)).toEqual(['3', '4'])
      expect(jobs[0]?.typed).toBe(`sh -c 'sleep 1; echo >${end}; exit 3'`)
      expect(jobs[1]?.typed).toMatch(/^sleep 1 \| sh -c ["']cat; exit 4["']$/)
    })

    it('do not, unless that is asked for, and not twice when they come to the foreground', async () => {
      const typing = new TypedShell(shell)
      await typing.run('sleep 0.5 &')
      const isJob = ({ args }: Call) => args.includes('--job')
      expect((await typing.settled('sleep 0.6; true')).filter(isJob)).toEqual([])
      await typing.run(shell === 'fish' ? 'set NTFY_BACKGROUND 1' : 'NTFY_BACKGROUND=1')
      await typing.run('sleep 1 &')
      await typing.run('fg')
      const lasted = (call: Call) => Number(call.flag('--duration-ms')) >= 700
      const ends = (await typing.settled()).filter(
        (call) => call.typed.startsWith('sleep 1') && (isJob(call) || lasted(call)),
      )
      expect(ends.map(({ typed }) => typed.replace(/ &$/, ''))).toEqual(['sleep 1'])
    })
  })
}
