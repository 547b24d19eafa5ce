import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ntfy, ntfyBin } from '../support/cli.ts'
import { processesOf } from '../support/processes.ts'
import { describeWith } from '../support/programs.ts'
import { compare, type ShellName, type ShellOptions, shellNames, TypedShell } from '../support/shell.ts'
import { waitFor } from '../support/wait.ts'

/** A thread is no process. */
const fork = /^.*(flags=(?!.*CLONE_THREAD)|fork\().*$/gm

function writeSettings(typing: TypedShell, content: string): void {
  mkdirSync(join(typing.home, '.local/state/ntfy'), { recursive: true })
  writeFileSync(join(typing.home, '.local/state/ntfy/hook-settings'), content)
}

/** A shell that has read settings, with a `make` and a `lint` that do nothing. */
async function shellWith(shell: ShellName, settings: string, options: ShellOptions = {}): Promise<TypedShell> {
  const typing = new TypedShell(shell, { threshold: '10', ...options })
  writeSettings(typing, settings)
  for (const name of ['make', 'lint']) writeFileSync(join(typing.home, 'bin', name), '#!/bin/sh\n', { mode: 0o755 })
  await typing.run(assign(shell, 'NTFY_LONGER_THAN', '5'))
  return typing
}

function assign(shell: ShellName, name: string, value: string): string {
  return shell === 'fish' ? `set ${name} ${value}` : `${name}=${value}`
}

/** All calls of the lines before, the last of which is a `make` that must be called for. */
async function texts(typing: TypedShell, lines: string[]): Promise<string[]> {
  await typing.runAll([...lines, 'make end'])
  const calls = () => typing.calls().map(({ typed }) => typed)
  await waitFor('the last call', () => calls().includes('make end'))
  // Those that were started before it may note theirs later.
  await waitFor('the end of all', () => processesOf(join(typing.home, 'bin/ntfy')).length === 0)
  const found = calls()
  return found.filter((text) => text !== 'make end').sort()
}

for (const shell of shellNames) {
  describeWith([shell], `what is always told in ${shell}`, () => {
    it('is told by a word of it, however fast it was, with --short', async () => {
      const typing = await shellWith(shell, 'always=make cargo\n')
      const seen = [
        'make test',
        './bin/make x',
        'true && make',
        'env A=1 make y',
        '(make)',
        'command make z',
        "sh -c 'make w'",
      ]
      if (shell === 'fish') seen.splice(4, 1)
      const unseen = ['lint', 'true', 'echo makes', 'echo remake', 'echo make-x', 'false', '']
      expect(await texts(typing, [...seen, ...unseen])).toEqual(seen.toSorted())
      const { args } = typing.calls()[0] ?? { args: [] }
      expect(args).toContain('--short')
      // One that is slow as well comes as slow ones do.
      await typing.run(assign(shell, 'NTFY_LONGER_THAN', '0.3'))
      await typing.run('sleep 0.4; make slow')
      await waitFor('a call', () => typing.calls().some(({ typed }) => typed.includes('slow')))
      expect(typing.calls().find(({ typed }) => typed.includes('slow'))?.args).not.toContain('--short')
    })

    it('is an alias, too', async () => {
      const typing = await shellWith(shell, 'always=make\n')
      expect(await texts(typing, ["alias mk='make x'", 'mk'])).toContain('mk')
    })

    it('is any failure, where that is listed, but no interruption and nothing that was not typed', async () => {
      const typing = await shellWith(shell, 'always=failure make\n')
      const lines = ['false', 'true', '', "sh -c 'exit 130'", "sh -c 'exit 3'", 'lint']
      expect(await texts(typing, lines)).toEqual(['false', "sh -c 'exit 3'"])
    })

    it('is for the program to decide where the list says *', async () => {
      const typing = await shellWith(shell, 'always=*\n')
      expect(await texts(typing, ['true', '', 'lint'])).toEqual(expect.arrayContaining(['lint', 'true']))
    })

    it('changes while the shell runs, and is nothing where NTFY is off or the history did not keep it', async () => {
      const options = shell === 'bash' ? { before: 'HISTCONTROL=ignoreboth' } : {}
      const before = shell === 'zsh' ? { before: 'setopt hist_ignore_space' } : options
      const typing = await shellWith(shell, '', before)
      await typing.runAll(['make unlisted'])
      writeSettings(typing, 'always=make\n')
      await typing.runAll(['sleep 0.1', 'make listed', ' make private', 'make listed', 'make listed'])
      await typing.runAll([assign(shell, 'NTFY', 'off'), 'make off', assign(shell, 'NTFY', 'on')])
      expect(await texts(typing, [])).toEqual(['make listed', 'make listed', 'make listed'])
      writeSettings(typing, 'always=lint\n')
      await typing.runAll(['sleep 0.1', 'make unlisted'])
      writeSettings(typing, 'always=$(touch hurt) make\n')
      await typing.run('sleep 0.1')
      expect(await texts(typing, [])).not.toContain('make unlisted')
      expect(await typing.run('ls')).not.toContain('hurt')
    })

    it('is decided by the program in the end', async () => {
      const typing = await shellWith(shell, '', { before: assign(shell, 'NTFY_BIN', ntfyBin) })
      const told = join(typing.home, 'told')
      const far = `far: {backend: exec, command: [sh, -c, 'cat >>"${told}"; echo >>"${told}"']}`
      mkdirSync(join(typing.home, '.config/ntfy'), { recursive: true, mode: 0o700 })
      const yaml = `backends: [far]\n${far}\nalways: [make test]\n`
      writeFileSync(join(typing.home, '.config/ntfy/ntfy.yml'), yaml, { mode: 0o600 })
      await ntfy(['config', 'check'], { env: { HOME: typing.home, PATH: process.env['PATH'] ?? '' } })
      await typing.runAll(['sleep 0.1', 'make lint', 'lint', 'make test -j4', 'make lint', 'make test end'])
      const lines = () => (existsSync(told) ? readFileSync(told, 'utf8') : '')
      await waitFor('both', () => lines().includes('test end') && lines().includes('-j4'))
      expect(lines()).not.toContain('lint')
    })

    it('makes no noise', async () => {
      const settings = '.local/state/ntfy; echo always=make true >.local/state/ntfy/hook-settings'
      const lines = ['true x', 'echo make', 'echo x']
      if (shell !== 'fish') lines.unshift(shell === 'bash' ? 'set -Cufxe; IFS=m' : 'set -Cux')
      const options = { before: `cd; mkdir -p ${settings}; cd`, threshold: '10' }
      const { hooked, bare, typing } = await compare(shell, lines, options)
      expect(hooked).toBe(bare)
      await typing.called(2)
    })
  })

  describeWith([shell, 'strace'], `looking for what is always told in ${shell}`, () => {
    it('starts no process', async () => {
      const trace = (file: string) => {
        const words = ['-f', '-qq', '-e', 'trace=clone,clone3,fork,vfork', '-e', 'signal=none', '-o', file, shell]
        return { program: 'strace', wrap: words }
      }
      const folder = new TypedShell(shell).home
      const typing = await shellWith(shell, 'always=make failure\n', trace(join(folder, 'trace')))
      const forks = () => readFileSync(join(folder, 'trace'), 'latin1').match(fork)?.length ?? 0
      await typing.run('true')
      const before = forks()
      for (const line of ['true', 'echo x', 'cd .', '', 'echo remake', ...Array<string>(10).fill('true')]) {
        await typing.run(line)
      }
      expect(forks() - before).toBe(0)
      expect(typing.calls()).toEqual([])
    })
  })
}

describeWith(['bash'], 'the file by which bash reads its history', () => {
  it.each([
    { name: 'in XDG_RUNTIME_DIR', env: {}, folder: 'run/ntfy' },
    { name: 'else in the state folder', env: { XDG_RUNTIME_DIR: '' }, folder: '.local/state/ntfy' },
  ])('is $name, for nobody else to read, and empty', async ({ env, folder }) => {
    const typing = await shellWith('bash', 'always=make\n', { env })
    expect(await texts(typing, ['umask 000', 'make x', 'true secret'])).toEqual(['make x'])
    const [name = ''] = readdirSync(join(typing.home, folder)).filter((name) => name.startsWith('history.'))
    const { mode, size } = statSync(join(typing.home, folder, name))
    expect([mode & 0o777, size]).toEqual([0o600, 0])
  })
})
