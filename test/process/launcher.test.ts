import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryHome } from '../support/home.ts'
import { describeWith, which } from '../support/programs.ts'
import { minutes } from '../support/wait.ts'
import { expectSame, ntfy, runScript } from './both.ts'

const shells = ['bash', 'zsh', 'fish'] as const
const script = (shell: string) => readFileSync(join(dirname(ntfy), `shell/ntfy.${shell}`), 'utf8')
const node = which('node') as string

function run(command: string[], extra: Record<string, string> = {}, cwd?: string) {
  const { home, env } = temporaryHome(extra)
  const [file = '', ...words] = command
  return spawnSync(file, words, { env, cwd: cwd ?? home, encoding: 'utf8', timeout: minutes })
}

/** The shells that may be /bin/sh, each as words in front of a script. */
const interpreters = [['dash'], ['bash', '--posix'], ['busybox', 'sh']].filter(([name = '']) => which(name))

describe.each(interpreters)('the launcher in %s %s', (...interpreter) => {
  it.each(shells)('prints the hooks for %s', (shell) => {
    const spellings = [['-s', shell], [`-s${shell}`], ['--shell', shell], [`--shell=${shell}`]]
    const assign = shell === 'fish' ? (name: string, value: string) => `set -g ${name} '${value}'` : assignment
    for (const words of spellings) {
      const { stdout, stderr, status } = run([...interpreter, ntfy, 'shell-integration', ...words])
      expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
      expect(stdout).toBe(`${assign('NTFY_BIN', ntfy)}\n${assign('NTFY_NODE', node)}\n${script(shell)}`)
    }
  })

  it('hands the rest to Node', () => {
    expect(run([...interpreter, ntfy, '--version']).stdout).toMatch(/^ntfy \d/)
    const unknown = run([...interpreter, ntfy, 'shell-integration', '-s', 'bsah'])
    expect(unknown).toMatchObject({ status: 64, stdout: '' })
    expect(unknown.stderr).toContain('bash')
  })

  it('runs a command with stdin closed', () => {
    const words = [...interpreter, ntfy, 'done', '-L', '1h', 'sh', '-c', 'echo ran; exit 3'].join("' '")
    const { stdout, status } = run(['sh', '-c', `'${words}' <&-`])
    expect({ stdout, status }).toEqual({ stdout: 'ran\n', status: 3 })
  })

  it('says that there is no Node, on one line', () => {
    const folder = join(temporaryHome().home, 'bin')
    mkdirSync(folder)
    copyFileSync(ntfy, join(folder, 'ntfy'))
    const shell = which(interpreter[0] ?? '') as string
    const result = run([shell, ...interpreter.slice(1), join(folder, 'ntfy'), 'done', 'true'], { PATH: folder })
    expect(result.status).toBe(127)
    expect(result.stderr).toMatch(/^ntfy: no Node\.js: [^\n]*\n$/)
  })
})

describe('the launcher', () => {
  it('finds the shell that called it, then $SHELL, then says that it cannot tell', () => {
    const calling = (shell: string, extra = {}) => run([shell, '-c', `'${ntfy}' shell-integration || exit 64`], extra)
    for (const shell of shells.filter((name) => which(name))) {
      expect(calling(shell, { SHELL: '/bin/none' }).stdout).toContain(script(shell))
    }
    expect(calling('sh', { SHELL: '/usr/local/bin/zsh-5.9' }).stdout).toContain(script('zsh'))
    expect(calling('sh')).toMatchObject({ status: 64, stdout: '' })
  })

  it('quotes its own path for the shell', () => {
    const folder = join(temporaryHome().home, `it's a \\folder`)
    mkdirSync(folder)
    symlinkSync(ntfy, join(folder, 'ntfy'))
    for (const shell of shells.filter((name) => which(name))) {
      const { stdout } = run([join(folder, 'ntfy'), 'shell-integration', '-s', shell])
      const assignments = stdout.split('\n').slice(0, 2).join('\n')
      const shown = run([shell, '-c', `${assignments}\nprintf '%s\\n' "$NTFY_BIN" "$NTFY_NODE"`])
      expect(shown.stdout).toBe(`${join(folder, 'ntfy')}\n${node}\n`)
    }
  })

  it('makes its path absolute', () => {
    const { stdout } = run(['./ntfy', 'shell-integration', '-s', 'bash'], {}, dirname(ntfy))
    expect(stdout.split('\n')[0]).toBe(`NTFY_BIN='${ntfy}'`)
  })

  it.each(['project/node_modules/.bin', '.npm/_npx/abc/node_modules/.bin'])(
    'warns that %s is a temporary installation',
    (path) => {
      const folder = join(temporaryHome().home, path)
      mkdirSync(folder, { recursive: true })
      symlinkSync(ntfy, join(folder, 'ntfy'))
      const { stdout, stderr } = run([join(folder, 'ntfy'), 'shell-integration', '-s', 'bash'])
      expect(stderr).toMatch(/^ntfy: [^\n]* is a temporary installation[^\n]*\n$/)
      expect(stdout).toContain(script('bash'))
    },
  )

  it('takes NTFY_NODE first, and a node beside itself last', () => {
    const { home } = temporaryHome()
    const fake = join(home, 'node')
    writeFileSync(fake, `#!/bin/sh\necho "fake $2"\n`)
    chmodSync(fake, 0o755)
    symlinkSync(ntfy, join(home, 'ntfy'))
    expect(run([join(home, 'ntfy'), 'a'], { NTFY_NODE: fake }).stdout).toBe('fake a\n')
    expect(run([join(home, 'ntfy'), 'a'], { PATH: '/nowhere' }).stdout).toBe('fake a\n')
    expect(run([join(home, 'ntfy'), '--version'], { NTFY_NODE: '/nowhere' }).stdout).toMatch(/^ntfy \d/)
  })

  it('leaves variables of the caller alone, whatever their names', () => {
    const names = ['node', 'word', 'shell', 'state', 'line', 'ignored', 'folder', 'text', 'name', 'bin']
    const before = names.map((name) => `${name}=1`).join(' ')
    // Too large an environment is not handed over as a whole.
    expectSame(`export BIG=$(head -c 99000 /dev/zero | tr '\\0' x); env ${before} $W sh -c 'env | grep =1 | sort'`)
  })

  it('leaves nothing in the environment of Node for other commands', () => {
    expect(runScript(`exec $W sh -c 'env | grep -c ^NTFY_'`, true).stdout).toBe('0\n')
  })
})

describeWith(['strace'], 'the cost of the launcher', () => {
  it('forks nothing to print the hooks, and once for a command', () => {
    const forks = (words: string[]) => {
      const traced = run(['strace', '-e', 'trace=clone,clone3,fork,vfork', ntfy, ...words])
      return traced.stderr.split('\n').filter((line) => /^v?fork|^clone/.test(line) && !line.includes('CLONE_THREAD'))
        .length
    }
    expect(forks(['shell-integration', '-s', 'bash'])).toBe(0)
    expect(forks(['done', '-L', '1h', 'true'])).toBeLessThanOrEqual(2)
  })
})

function assignment(name: string, value: string): string {
  return `${name}='${value}'`
}
