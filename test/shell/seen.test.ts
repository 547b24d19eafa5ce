import { describe, expect, it } from 'vitest'
import { describeWith } from '../support/programs.ts'
import { type ShellName, shellNames, TypedShell } from '../support/shell.ts'

interface Seen {
  name: string
  /** Typed before, and what the call is expected for. */
  first?: string[]
  line: string
  in?: ShellName[]
  status?: number
  last?: string
  /** How bash keeps several lines in its history, if it joins them. */
  bash?: string
}

const posix: ShellName[] = ['bash', 'zsh']
const seen: Seen[] = [
  { name: 'a command that succeeds', line: 'sleep 0.4', status: 0 },
  { name: 'a command that fails', line: 'sleep 0.4; false', status: 1 },
  { name: 'a status of its own', line: 'sleep 0.4; sh -c "exit 42"', status: 42 },
  { name: 'a command that does not exist', line: 'sleep 0.4; no-such-command-here', status: 127 },
  { name: 'a pipeline whose first part is slow', line: 'sleep 0.4 | cat', status: 0 },
  { name: 'a pipeline whose last part is slow', line: 'true | sleep 0.4' },
  { name: 'a list with && and ||', line: 'true && sleep 0.4 || false' },
  { name: 'a negation', line: '! sleep 0.4', status: 1 },
  { name: 'a subshell', line: '( sleep 0.4 )', in: posix },
  { name: 'a group', line: '{ sleep 0.4; }', in: posix },
  { name: 'a block', line: 'begin; sleep 0.4; end', in: ['fish'] },
  { name: 'a command substitution', line: 'echo "$(sleep 0.4)"', in: posix },
  { name: 'a command substitution of fish', line: 'echo (sleep 0.4)', in: ['fish'] },
  { name: 'an assignment', line: 'x=$(sleep 0.4; echo 1)', in: posix },
  { name: 'an arithmetic command', line: '(( $(sleep 0.4; echo 0) ))', in: posix, status: 1 },
  { name: 'a conditional command', line: '[[ $(sleep 0.4; echo y) == y ]]', in: posix, status: 0 },
  { name: 'newlines in quotes', line: "echo 'one\ntwo'; sleep 0.4" },
  { name: 'a here document', line: 'cat <<E; sleep 0.4\none\nE', in: posix },
  {
    name: 'a loop over several lines',
    line: 'for i in 1 2; do\nsleep 0.2\ndone',
    in: posix,
    bash: 'for i in 1 2; do sleep 0.2; done',
  },
  { name: 'a loop of fish', line: 'for i in 1 2\nsleep 0.2\nend', in: ['fish'] },
  { name: 'a function', first: ['f() { sleep 0.4; }'], line: 'f', in: posix },
  { name: 'a function of fish', first: ['function f; sleep 0.4; end'], line: 'f', in: ['fish'] },
  { name: 'an alias', first: ["alias nap='sleep 0.4'"], line: 'nap', last: 'sleep 0.4' },
  { name: 'an alias with words after it', first: ["alias nap='sleep'"], line: 'true; nap 0.4', last: 'sleep 0.4' },
  { name: 'the last command of a line', line: 'sleep 0.4; true', in: ['bash'], last: 'true' },
  { name: 'a command sourced from a file', first: ['echo "sleep 0.4" >f'], line: '. ./f' },
  { name: 'a nested shell that ends', line: 'sh -c "sleep 0.4; true"' },
]

const unseen: Seen[] = [
  { name: 'a short command', line: 'true' },
  { name: 'a command in the background', line: 'sleep 0.5 &' },
  { name: 'a short command after a pause at the prompt', line: 'true' },
  { name: 'a comment', line: '# sleep 0.4', in: ['bash', 'fish'] },
  { name: 'an empty line', line: '' },
  { name: 'a syntax error', line: ')', in: posix },
]

for (const shell of shellNames) {
  describeWith([shell], `the hooks of ${shell}`, () => {
    describe('report', () => {
      for (const row of seen.filter((each) => !each.in || each.in.includes(shell))) {
        it(row.name, async () => {
          const typing = new TypedShell(shell)
          await typing.runAll(row.first ?? [])
          const start = performance.now()
          await typing.run(row.line)
          const took = performance.now() - start
          const [call] = await typing.called(1)
          expect(call?.typed).toBe((shell === 'bash' && row.bash) || row.line)
          if (row.status !== undefined) expect(call?.flag('--status')).toBe(`${row.status}`)
          if (row.last !== undefined) expect(call?.last.split('\n').at(-1)).toBe(row.last)
          expect(Number(call?.flag('--duration-ms'))).toBeGreaterThanOrEqual(390)
          expect(Number(call?.flag('--duration-ms'))).toBeLessThanOrEqual(Math.ceil(took))
        })
      }
    })

    it('report no short commands, comments, empty lines, syntax errors and thinking time', async () => {
      const typing = new TypedShell(shell)
      await typing.run('sleep 0.4')
      await typing.called(1)
      for (const row of unseen) {
        if (row.in && !row.in.includes(shell)) continue
        if (row.name.includes('pause')) await new Promise((resolve) => setTimeout(resolve, 400))
        await typing.run(row.line)
      }
      expect((await typing.settled()).map(({ typed }) => typed)).toEqual(['sleep 0.4'])
    })

    it('say which shell, process and terminal it was', async () => {
      const typing = new TypedShell(shell)
      await typing.run('sleep 0.4')
      const [call] = await typing.called(1)
      const { pid, device } = typing.terminal
      expect(call?.args.slice(0, 3)).toEqual(['shell-done', '--shell', shell])
      expect(call?.flag('--shell-pid')).toBe(`${pid}`)
      expect(call?.flag('--tty')).toBe(device)
      expect(call?.cwd).toBe(typing.home)
    })

    it('report each of several lines pasted at once', async () => {
      const typing = new TypedShell(shell)
      await typing.ready()
      typing.terminal.type('sleep 0.4; echo a\rsleep 0.5; echo b\rtrue\r')
      const calls = await typing.called(2)
      expect(calls.map(({ typed }) => typed)).toEqual(['sleep 0.4; echo a', 'sleep 0.5; echo b'])
      await typing.ready(1)
      expect(await typing.settled()).toHaveLength(2)
    })

    it.runIf(shell === 'bash')('report lines of one paste together, with the time of all of them', async () => {
      const typing = new TypedShell(shell, { before: "bind 'set enable-bracketed-paste on'" })
      await typing.ready()
      typing.terminal.type("\u001b[200~sleep 0.4\necho 'a\nb'\ntrue\u001b[201~\r")
      const [call] = await typing.called(1)
      expect(call?.typed).toBe("sleep 0.4\necho 'a\nb'\ntrue")
      await typing.run('true')
      await typing.run('unset PROMPT_COMMAND')
      await typing.run('true')
      expect(await typing.settled()).toHaveLength(1)
    })

    it('are there in a shell that replaces this one, and in one inside it', async () => {
      const typing = new TypedShell(shell)
      const again = { bash: 'bash --noprofile --rcfile ~/bashrc -i', zsh: 'zsh -d -i', fish: 'fish -i' }[shell]
      await typing.run(`exec ${again}`)
      await typing.run('sleep 0.4; echo replaced')
      await typing.run(again)
      await typing.run('sleep 0.4; echo inside')
      await typing.called(2)
      await typing.run('exit')
      const calls = await typing.called(3)
      expect(calls.map(({ typed }) => typed).slice(0, 2)).toEqual([
        'sleep 0.4; echo replaced',
        'sleep 0.4; echo inside',
      ])
      expect(calls[2]?.typed).toBe(again)
      expect(calls[0]?.flag('--shell-pid')).toBe(`${typing.terminal.pid}`)
      expect(calls[1]?.flag('--shell-pid')).not.toBe(`${typing.terminal.pid}`)
    })
  })
}
