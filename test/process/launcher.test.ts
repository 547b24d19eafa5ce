import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Flags, globalFlags } from '../../src/cli/command.ts'
import done from '../../src/commands/done/index.ts'
import { sendFlags } from '../../src/commands/send/compose.ts'
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
    writeFileSync(fake, `#!/bin/sh\n[ "$1" = --version ] && echo v22.0.0 || echo "fake $2"\n`)
    chmodSync(fake, 0o755)
    symlinkSync(ntfy, join(home, 'ntfy'))
    expect(run([join(home, 'ntfy'), 'a'], { NTFY_NODE: fake }).stdout).toBe('fake a\n')
    expect(run([join(home, 'ntfy'), 'a'], { PATH: '/nowhere' }).stdout).toBe('fake a\n')
    expect(run([join(home, 'ntfy'), '--version'], { NTFY_NODE: '/nowhere' }).stdout).toMatch(/^ntfy \d/)
  })

  it('runs the command where Node is too old or cannot start, and says so on one line', () => {
    const { home } = temporaryHome()
    const fake = (name: string, answer: string) => {
      mkdirSync(join(home, name))
      writeFileSync(join(home, name, 'node'), `#!/bin/sh\n${answer}\n`, { mode: 0o755 })
      return `${join(home, name)}:${toolsWithoutNode(home)}`
    }
    const old = fake('old', 'echo v18.20.4')
    const job = ['sh', '-c', 'echo ran; exit 3']
    for (const flags of [[], ['-L', '5', '--'], ['-eL5'], ['--on=failure', '-bt', 'title']]) {
      const result = run([ntfy, '-o', 'k', 'v', '-q', 'done', ...flags, ...job], { PATH: old })
      expect(result).toMatchObject({ stdout: 'ran\n', status: 3 })
      expect(result.stderr).toMatch(/^ntfy: \/\S*old\/node is v18\.20\.4: [^\n]*runs, and does not notify\)\n$/)
    }
    expect(run([ntfy, 'done', '--shell', 'exit 4'], { PATH: old }).status).toBe(4)
    expect(run([ntfy, 'send', 'hi'], { PATH: old }).stderr).toMatch(/^ntfy: \/\S* is v18\.20\.4: [^\n]*\n$/)
    const broken = run([ntfy, 'done', ...job], { PATH: fake('broken', 'exit 1') })
    expect(broken).toMatchObject({ stdout: 'ran\n', status: 3 })
    expect(broken.stderr).toMatch(/^ntfy: \/\S*broken\/node cannot start: [^\n]*\n$/)
    for (const limit of ['-n 12', '-v 300000']) {
      const limited = run(['sh', '-c', `ulimit ${limit}; "$0" done sh -c "echo ran; exit 3"`, ntfy])
      expect(limited).toMatchObject({ stdout: 'ran\n', status: 3 })
      expect(limited.stderr).toMatch(/^ntfy: [^\n]* cannot start[^\n]*\n$/)
    }
    // One that fits stands beside the program.
    symlinkSync(ntfy, join(home, 'ntfy'))
    symlinkSync(node, join(home, 'node'))
    expect(run([join(home, 'ntfy'), 'done', '-L1h', ...job], { PATH: old })).toMatchObject({ stderr: '', status: 3 })
  })

  it('takes no value of an option for the command, whatever options there are', () => {
    const { home } = temporaryHome()
    const value = join(home, 'value')
    writeFileSync(value, '#!/bin/sh\necho wrong\n', { mode: 0o755 })
    const flags: Flags = { ...globalFlags, ...done.flags }
    const names = Object.keys(flags).filter((name) => flags[name]?.kind !== 'boolean' && name !== 'shell')
    mkdirSync(join(home, 'old'))
    writeFileSync(join(home, 'old/node'), '#!/bin/sh\necho v18.20.4\n', { mode: 0o755 })
    const old = { PATH: `${join(home, 'old')}:${toolsWithoutNode(home)}` }
    const outcome = (name: string) => run([ntfy, 'done', `--${name}`, value, 'sh', '-c', 'echo ran'], old).stdout
    const found = names.map((name) => [name, outcome(name)])
    expect(found.filter(([, stdout]) => stdout?.includes('wrong'))).toEqual([])
    expect(Object.fromEntries(found)).toMatchObject({ ping: 'ran\n', match: 'ran\n', log: 'ran\n', pid: '', name: '' })
  })

  it('skips the values of all options of send', () => {
    const text = readFileSync(join(dirname(ntfy), '../shell/spool.sh'), 'utf8')
    const skipping = text.split('\n').filter((line) => line.includes('ntfy_skip='))
    const skipped = new Set(skipping.flatMap((line) => line.match(/--[a-z][a-z-]*/g) ?? []))
    const flags: Flags = { ...globalFlags, ...sendFlags }
    const taking = Object.keys(flags).filter((name) => flags[name]?.kind !== 'boolean')
    expect(taking.filter((name) => !skipped.has(`--${name}`))).toEqual([])
  })

  it('keeps what configures Node or its loader for the command', () => {
    const meant = {
      NODE_OPTIONS: '-r /nowhere',
      NODE_DEBUG: 'fs',
      NODE_V8_COVERAGE: '/nowhere',
      NODE_EXTRA_CA_CERTS: '/nowhere',
      LD_LIBRARY_PATH: '/nowhere',
    }
    for (const big of [{}, { BIG: 'x'.repeat(99_000) }]) {
      const shown = run([ntfy, 'done', '-L', '1h', 'env'], { ...meant, ...big })
      expect(shown).toMatchObject({ stderr: '', status: 0 })
      const lines = shown.stdout.split('\n')
      expect(lines.filter((line) => /^(NODE_|LD_|NTFY_)/.test(line)).sort()).toEqual(
        Object.entries(meant)
          .map(([name, value]) => `${name}=${value}`)
          .sort(),
      )
    }
    expect(run([ntfy, 'log'], meant)).toMatchObject({ stderr: '', status: 0 })
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
  it('forks nothing to print the hooks, and twice for a command', () => {
    const forks = (words: string[]) => {
      const traced = run(['strace', '-e', 'trace=clone,clone3,fork,vfork', ntfy, ...words])
      return traced.stderr.split('\n').filter((line) => /^v?fork|^clone/.test(line) && !line.includes('CLONE_THREAD'))
        .length
    }
    expect(forks(['shell-integration', '-s', 'bash'])).toBe(0)
    expect(forks(['done', '-L', '1h', 'true'])).toBeLessThanOrEqual(3)
  })
})

/** A folder with what the launcher and the commands here need. */
function toolsWithoutNode(home: string): string {
  const folder = join(home, 'tools')
  mkdirSync(folder, { recursive: true })
  for (const name of ['sh', 'env', 'base64', 'sort']) {
    if (!existsSync(join(folder, name))) symlinkSync(which(name) as string, join(folder, name))
  }
  return folder
}

function assignment(name: string, value: string): string {
  return `${name}='${value}'`
}
