import { describe, expect, it } from 'vitest'
import { describeWith } from '../support/programs.ts'
import { type ShellName, shellNames, TypedShell } from '../support/shell.ts'

interface Text {
  name: string
  line: string
  in?: ShellName[]
}

const posix: ShellName[] = ['bash', 'zsh']
const texts: Text[] = [
  { name: 'quotes', line: `sleep 0.4; echo "it's" 'a "b"' \\" \\'` },
  { name: 'what looks like an expansion', line: "sleep 0.4; echo '$(touch ~/hurt) `touch ~/hurt` ${HOME} $((1))'" },
  { name: 'what looks like a prompt escape', line: "sleep 0.4; echo '\\u\\h\\w\\! %n %m %# 100%'" },
  { name: 'what looks like a format', line: "sleep 0.4; echo '%s %d %n 100%'" },
  { name: 'what looks like an option', line: '--help --version; sleep 0.4' },
  { name: 'a number, as the history shows one', line: 'sleep 0.4; echo "   12  1700000000 x"' },
  { name: 'emoji and other scripts', line: "sleep 0.4; echo '🚀 żółw 日本語 ∀'" },
  { name: 'globs and braces', line: "sleep 0.4; echo '* ? [a] {a,b} ~ !'" },
  { name: 'backslashes', line: "sleep 0.4; echo '\\\\n \\t \\0'" },
  { name: 'blanks in a row', line: 'sleep 0.4;   echo   a    b' },
  { name: 'a trailing blank', line: 'sleep 0.4 ' },
  { name: 'a trailing comment', line: 'sleep 0.4 # why', in: ['bash', 'fish'] },
  { name: 'several lines with a blank one', line: "sleep 0.4; echo 'a\n\n  b'" },
]

for (const shell of shellNames) {
  describeWith([shell], `the text of a command in ${shell}`, () => {
    it('arrives as typed', async () => {
      const typing = new TypedShell(shell)
      const rows = texts.filter((row) => !row.in || row.in.includes(shell))
      for (const { line } of rows) await typing.run(line)
      const calls = await typing.called(rows.length)
      expect(calls.map(({ typed }) => typed)).toEqual(rows.map(({ line }) => line))
      await typing.run('ls ~/hurt')
      expect(typing.shown()).toMatch(/hurt.*[Nn]o such file/)
    })

    describe('is cut to 4096 characters', () => {
      for (const size of shell === 'fish' ? [50_000] : [100_000, 200_000]) {
        it(`of ${size / 1000} kB`, async () => {
          const typing = new TypedShell(shell)
          const line = `sleep 0.4; : ${'ab '.repeat(size / 3)}`
          const from = await typing.ready()
          // As one paste: editors redraw the line for each typed character.
          typing.terminal.type(`\u001b[200~${line}\u001b[201~\r`)
          await typing.ready(from)
          const [call] = await typing.called(1)
          expect(call?.typed).toBe(line.slice(0, 4096))
        })
      }
    })

    it('is cut between characters', async () => {
      const typing = new TypedShell(shell, { env: { LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' } })
      const line = `sleep 0.4; : ${'ż'.repeat(5000)}`
      await typing.run(line)
      const [call] = await typing.called(1)
      expect(call?.typed).toBe(line.slice(0, 4096))
    })
  })
}

describeWith(['bash', 'zsh'], 'control characters and bytes that are no text', () => {
  for (const shell of posix) {
    it(`arrive from ${shell} as they were typed`, async () => {
      const typing = new TypedShell(shell, { env: { LC_ALL: 'C.UTF-8' } })
      const literal = '\u0016'
      await typing.run(`sleep 0.4; echo 'a${literal}\u001bb${literal}\tc'`)
      const [call] = await typing.called(1)
      expect(call?.typed).toBe("sleep 0.4; echo 'a\u001bb\tc'")
    })

    it(`arrive from ${shell} after an eval`, async () => {
      const typing = new TypedShell(shell, { env: { LC_ALL: 'C' } })
      await typing.run("eval $'sleep 0.4; : a\\xffb'")
      const [call] = await typing.called(1)
      expect(call?.typed).toBe("eval $'sleep 0.4; : a\\xffb'")
    })
  }
})
