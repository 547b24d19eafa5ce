import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeWith } from '../support/programs.ts'
import { type ShellName, shellNames, TypedShell } from '../support/shell.ts'

function assign(shell: ShellName, name: string, value: string): string {
  return shell === 'fish' ? `set ${name} ${value}` : `${name}=${value}`
}

function unset(shell: ShellName, name: string): string {
  return shell === 'fish' ? `set -e ${name}` : `unset ${name}`
}

function writeSettings(home: string, content: string | Buffer): void {
  mkdirSync(join(home, '.local/state/ntfy'), { recursive: true })
  writeFileSync(join(home, '.local/state/ntfy/hook-settings'), content)
}

for (const shell of shellNames) {
  describeWith([shell], `the settings of the hooks in ${shell}`, () => {
    it('change the threshold in the running shell: a variable, the other before it, decimals, none', async () => {
      const typing = new TypedShell(shell, { threshold: '' })
      await typing.run('sleep 0.4; : default')
      await typing.run(assign(shell, 'NTFY_LONGER_THAN', '0.2'))
      await typing.run('sleep 0.4; : variable')
      await typing.run(assign(shell, 'AUTO_NTFY_DONE_LONGER_THAN', '-L3'))
      await typing.run('sleep 0.4; : before it')
      await typing.run(assign(shell, 'AUTO_NTFY_DONE_LONGER_THAN', '.25'))
      await typing.run('sleep 0.4; : decimals')
      await typing.run(assign(shell, 'AUTO_NTFY_DONE_LONGER_THAN', "'-L 0.2'"))
      await typing.run('sleep 0.4; : blank')
      await typing.run(unset(shell, 'AUTO_NTFY_DONE_LONGER_THAN'))
      await typing.run(assign(shell, 'NTFY_LONGER_THAN', '"1; echo hurt"'))
      await typing.run('sleep 0.4; : nonsense')
      await typing.run(assign(shell, 'NTFY_LONGER_THAN', '0'))
      await typing.run('true all')
      await typing.run(assign(shell, 'NTFY_LONGER_THAN', '99999999999999999999'))
      await typing.run('sleep 0.4; : huge')
      await typing.run(assign(shell, 'NTFY_LONGER_THAN', '0.3'))
      const texts = (await typing.settled()).map(({ typed }) => typed)
      expect(texts.filter((text) => /^(sleep|true)/.test(text))).toEqual([
        'sleep 0.4; : variable',
        'sleep 0.4; : decimals',
        'sleep 0.4; : blank',
        'true all',
      ])
      expect(typing.shown()).not.toContain('\nhurt')
    })

    it('come from hook-settings, which may change, go, or be garbage', async () => {
      const typing = new TypedShell(shell, { threshold: '' })
      await typing.run('sleep 0.4; : without a file')
      writeSettings(typing.home, 'unknown=$(touch hurt)\nlonger_than_ms=300\n=\n\nlonger_than\n')
      await typing.run('sleep 0.4; : changed')
      writeSettings(typing.home, 'longer_than_ms=5000\r\n')
      await typing.run('sleep 0.4; : longer')
      const garbage = [
        'longer_than_ms=$(touch hurt)',
        'longer_than_ms=a[$(touch hurt)]',
        'longer_than_ms=-1',
        'longer_than_ms=',
        'longer_than_ms=0x1',
        'longer_than_ms=99999999999999999999999',
      ]
      for (const line of garbage) {
        writeSettings(typing.home, `${line}\n`)
        await typing.run('sleep 0.06; : garbage')
      }
      writeSettings(typing.home, Buffer.alloc(3_000_000, 'longer_than_ms=\u0000\u00ff('))
      await typing.run('sleep 0.06; : huge')
      rmSync(join(typing.home, '.local/state/ntfy/hook-settings'))
      mkdirSync(join(typing.home, '.local/state/ntfy/hook-settings'))
      await typing.run('sleep 0.06; : a folder')
      rmSync(join(typing.home, '.local/state/ntfy/hook-settings'), { recursive: true })
      await typing.run('mkfifo .local/state/ntfy/hook-settings')
      await typing.run('sleep 0.06; : a pipe')
      await typing.run('rm .local/state/ntfy/hook-settings')
      writeSettings(typing.home, 'longer_than_ms=0300')
      await typing.run('sleep 0.4; : no newline at the end')
      const texts = (await typing.settled()).map(({ typed }) => typed)
      expect(texts).toEqual(['sleep 0.4; : changed', 'sleep 0.4; : no newline at the end'])
      expect(await typing.run('ls')).not.toContain('hurt')
    })

    it('find hook-settings in XDG_STATE_HOME', async () => {
      const typing = new TypedShell(shell, { threshold: '' })
      mkdirSync(join(typing.home, 'state/ntfy'), { recursive: true })
      writeFileSync(join(typing.home, 'state/ntfy/hook-settings'), 'longer_than_ms=300\n')
      await typing.run(assign(shell, 'XDG_STATE_HOME', join(typing.home, 'state')))
      expect(await typing.settled()).toEqual([])
    })

    it('switch them off and on', async () => {
      const typing = new TypedShell(shell)
      await typing.run(assign(shell, 'NTFY', 'off'))
      await typing.run('sleep 0.4; : off')
      await typing.run(unset(shell, 'NTFY'))
      expect(await typing.settled()).toEqual([])
    })

    it('reach the program as flags: none by default, all that are set', async () => {
      const typing = new TypedShell(shell)
      await typing.run('sleep 0.4')
      const list = shell === 'fish' ? 'set AUTO_NTFY_DONE_OPTS -b "a b"' : 'AUTO_NTFY_DONE_OPTS=(-b "a b")'
      await typing.run(assign(shell, 'AUTO_NTFY_DONE_IGNORE', '"vim make"'))
      await typing.run(assign(shell, 'AUTO_NTFY_DONE_OPTS', '"-b pushover -o x \'a b\'"'))
      await typing.run(assign(shell, 'NTFY_FOREGROUND_TOO', '1'))
      await typing.run(assign(shell, 'NTFY_NODE', '/opt/node'))
      await typing.run('sleep 0.4')
      await typing.run(assign(shell, 'AUTO_NTFY_DONE_UNFOCUSED_ONLY', '-b'))
      await typing.run(unset(shell, 'AUTO_NTFY_DONE_OPTS'))
      await typing.run(list)
      await typing.run('sleep 0.4')
      const [plain, all, back] = await typing.called(3)
      expect(plain?.args.filter((_, index) => index % 2 === 1)).toEqual([
        '--shell',
        '--shell-pid',
        '--tty',
        '--status',
        '--duration-ms',
        '--turn',
        '--threshold-ms',
      ])
      expect(plain?.node).toBe('')
      expect(all?.flag('--ignore')).toBe('vim make')
      expect(all?.flag('--opts')).toBe("-b pushover -o x 'a b'")
      expect(all?.args).toContain('--foreground-too')
      expect(all?.node).toBe('/opt/node')
      expect(back?.args).not.toContain('--foreground-too')
      expect(back?.flag('--opts')?.trim()).toMatch(/^-b ('a b'|a\\ b)$/)
      expect(await typing.run('env')).not.toContain('NTFY_NODE')
    })

    it('name the program: NTFY_BIN, with blanks in its path', async () => {
      const typing = new TypedShell(shell)
      await typing.run('mkdir "a b"; cp bin/ntfy "a b/it is"')
      await typing.run(assign(shell, 'NTFY_BIN', '"$HOME/a b/it is"'))
      await typing.run('rm bin/ntfy')
      await typing.settled()
    })
  })
}
