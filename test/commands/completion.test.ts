import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { ntfy, ntfyBin, run } from '../support/cli.ts'
import { configuredHome } from '../support/configured.ts'
import { describeWith } from '../support/programs.ts'
import { openTerminal } from '../support/pty.ts'

/** What each shell offers behind a line that was typed so far. */
const offered = [
  { line: 'ntfy se', has: ['send', 'setup'] },
  { line: 'ntfy send --prio', has: ['--priority'] },
  { line: 'ntfy send --priority ur', has: ['urgent'] },
  { line: 'ntfy -b pho', has: ['phone'] },
  { line: 'ntfy -b desk', has: ['desktop'] },
  { line: 'ntfy config sch', has: ['schema'] },
  { line: 'ntfy matrix lo', has: ['login'] },
  { line: 'ntfy setup pushov', has: ['pushover'] },
  { line: 'ntfy help comp', has: ['completion'] },
  { line: 'ntfy done --hide', has: ['--hide-command'] },
]

/** A name of a target that would be run if it were expanded, by the shell at TAB or with the line. */
const hostile = "$(touch ${HOME}/ran)`touch ${HOME}/ran`;'x"

/** A home with such a target; what `tab` leaves on the line is run, too. */
async function withHostileName(shell: string) {
  const { home, env, ...rest } = await scripted(shell)
  const config = join(home, '.config/ntfy/ntfy.yml')
  const text = readFileSync(config, 'utf8')
  writeFileSync(config, `${text}${JSON.stringify(hostile)}: {backend: webhook, url: "http://127.0.0.1:1/"}\n`)
  return { home, env, ...rest, ran: () => existsSync(join(home, 'ran')) }
}

async function scripted(shell: string) {
  const { home, env } = await configuredHome()
  const script = await ntfy(['completion', shell], { env })
  expect(script).toMatchObject({ code: 0, stderr: '' })
  writeFileSync(join(home, 'completion'), script.stdout)
  return { home, env: { ...env, PATH: `${join(ntfyBin, '..')}:${env['PATH']}` } }
}

describeWith(['bash'], 'completion in bash', () => {
  it.each(offered)('$line', async ({ line, has }) => {
    const { env } = await scripted('bash')
    const words = line.split(' ')
    const script = `source ~/completion; COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _ntfy; printf '%s\\n' "\${COMPREPLY[@]}"`
    expect((await run('bash', ['-c', script], { env })).stdout.trim().split('\n')).toEqual(has)
  })
})

describeWith(['bash'], 'a hostile name in bash', () => {
  it('is offered as a word that means itself', async () => {
    const { env, ran } = await withHostileName('bash')
    const script = `source ~/completion; COMP_WORDS=(ntfy -b ''); COMP_CWORD=2; _ntfy
for word in "\${COMPREPLY[@]}"; do eval "printf '%s\\n' $word"; done`
    const { stdout } = await run('bash', ['-c', script], { env })
    expect(stdout.split('\n')).toEqual(expect.arrayContaining([hostile, 'phone', 'desktop']))
    expect(ran()).toBe(false)
  })
})

describeWith(['fish'], 'a hostile name in fish', () => {
  it('is offered as it is', async () => {
    const { env, ran } = await withHostileName('fish')
    const { stdout } = await run('fish', ['-c', "source ~/completion; complete -C 'ntfy -b '"], { env })
    expect(stdout.split('\n').map((row) => row.split('\t')[0])).toEqual(expect.arrayContaining([hostile, 'phone']))
    expect(ran()).toBe(false)
  })
})

describeWith(['zsh'], 'a hostile name in zsh', () => {
  it('is put on the line as a word that means itself', async () => {
    const { home, env, ran } = await withHostileName('zsh')
    const rc = 'autoload -Uz compinit; compinit -u; source ~/completion; PS1="ready> "\n'
    writeFileSync(join(home, '.zshrc'), `${rc}ntfy() { command ntfy "$@"; print -r -- "got <$2>" }\n`)
    const terminal = openTerminal('zsh', ['-i'], { env: { ...env, TERM: 'xterm' } })
    await terminal.see('ready> ')
    // The only one that begins with a dollar.
    terminal.type('ntfy -b \\$\t')
    await terminal.see('touch')
    terminal.type(' log\r')
    await terminal.see(`got <${hostile}>`)
    expect(ran()).toBe(false)
  })
})

/** The name of a program that would run another one if it were expanded, by the shell at TAB or with the line. */
const hostileProgram = '$(touch ran)`touch ran`;x'

/** A home with a process of that name, whose number is to be had; the shells are started there. */
async function withProcess(shell: string) {
  const { home, env } = await scripted(shell)
  const file = join(home, hostileProgram)
  copyFileSync('/bin/sleep', file)
  const child = spawn(file, ['600'], { stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'spawn')
  return { home, env, pid: String(child.pid), ran: () => readdirSync(home).includes('ran') }
}

describeWith(['bash', 'ps'], 'the processes in bash', () => {
  const offers = async (words: string[], type: number) => {
    const { home, env, pid, ran } = await withProcess('bash')
    const script = `cd; source ~/completion; COMP_TYPE=${type}; COMP_WORDS=(${[...words, "''"].join(' ')}); COMP_CWORD=${words.length}; _ntfy; printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout } = await run('bash', ['-c', script], { env })
    expect(ran(), home).toBe(false)
    return { pid, rows: stdout.trim().split('\n') }
  }

  it.each([{ words: ['ntfy', 'done', '-p'] }, { words: ['ntfy', '-v', 'done', '-L', '5', '--pid', '1', '22'] }])(
    'are shown with their names after $words',
    async ({ words }) => {
      const { pid, rows } = await offers(words, 63)
      expect(rows).toContain(`${pid}  ${hostileProgram}`)
    },
  )

  it('are numbers alone where each is put on the line in turn', async () => {
    const { pid, rows } = await offers(['ntfy', 'done', '--pid'], 37)
    expect(rows).toContain(pid)
    expect(rows.join('')).toMatch(/^\d+$/)
  })

  it.each([{ words: ['ntfy', 'done', 'mysql', '-p'] }, { words: ['ntfy', 'done', '-p', '1', '-H'] }])(
    'are not offered after $words',
    async ({ words }) => {
      const { pid, rows } = await offers(words, 37)
      expect(rows).not.toContain(pid)
    },
  )

  it('the number of the only one that fits is put on the line', async () => {
    const { home, env, pid, ran } = await withProcess('bash')
    const rc = `cd; source ~/completion; PS1='ready> '; ntfy() { echo "got <$3> of $#"; }`
    writeFileSync(join(home, 'rc'), rc)
    const terminal = openTerminal('bash', ['--noprofile', '--rcfile', join(home, 'rc'), '-i'], {
      env: { ...env, TERM: 'xterm' },
    })
    await terminal.see('ready> ')
    terminal.type(`ntfy done -p ${pid}\t\r`)
    await terminal.see(`got <${pid}> of 3`)
    expect(ran()).toBe(false)
  })
})

describeWith(['fish', 'ps'], 'the processes in fish', () => {
  it('are offered with their names', async () => {
    const { env, pid, ran } = await withProcess('fish')
    const { stdout } = await run('fish', ['-c', "cd; source ~/completion; complete -C 'ntfy done --pid '"], { env })
    expect(stdout.split('\n')).toContain(`${pid}\t${hostileProgram}`)
    expect(ran()).toBe(false)
  })
})

describeWith(['zsh', 'ps'], 'the processes in zsh', () => {
  it('are shown with their names, and the number is put on the line', async () => {
    const { home, env, pid, ran } = await withProcess('zsh')
    const rc = 'cd; autoload -Uz compinit; compinit -u; source ~/completion; PS1="ready> "; LISTMAX=100000\n'
    writeFileSync(join(home, '.zshrc'), `${rc}ntfy() { print -r -- "got <$3> of $#" }\n`)
    const terminal = openTerminal('zsh', ['-i'], { env: { ...env, TERM: 'xterm' } })
    await terminal.see('ready> ')
    terminal.type('ntfy done -p \t')
    await terminal.see(`${pid}  ${hostileProgram}`)
    terminal.type(`\u0015ntfy done -p ${pid}\t\r`)
    await terminal.see(`got <${pid}> of 3`)
    expect(ran()).toBe(false)
  })
})

describeWith(['fish'], 'completion in fish', () => {
  it.each(offered)('$line', async ({ line, has }) => {
    const { env } = await scripted('fish')
    const { stdout } = await run('fish', ['-c', `source ~/completion; complete -C '${line}'`], { env })
    expect(
      stdout
        .trim()
        .split('\n')
        .map((row) => row.split('\t')[0]),
    ).toEqual(has)
  })
})

describeWith(['zsh'], 'completion in zsh', () => {
  it('says why there is none before compinit', async () => {
    const { env } = await scripted('zsh')
    const early = 'source ~/completion; autoload -Uz compinit; compinit -u -D; print ${_comps[ntfy]-none}'
    const { stdout, stderr } = spawnSync('zsh', ['-f', '-i', '-c', early], { env, encoding: 'utf8' })
    expect(stdout).toBe('none\n')
    expect(stderr).toMatch(/^ntfy: no completion: .*compinit.*\n$/m)
  })

  it.each(offered)('$line', async ({ line, has }) => {
    const { home, env } = await scripted('zsh')
    writeFileSync(join(home, '.zshrc'), 'autoload -Uz compinit; compinit -u; source ~/completion; PS1="ready> "\n')
    const terminal = openTerminal('zsh', ['-i'], { env: { ...env, TERM: 'xterm' } })
    await terminal.see('ready> ')
    terminal.type(`${line}\t`)
    await terminal.see(String(has[0]))
  })
})
