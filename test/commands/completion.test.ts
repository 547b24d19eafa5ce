import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
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
  { line: 'ntfy test pho', has: ['phone'] },
  { line: 'ntfy queue dr', has: ['drop'] },
  { line: 'ntfy -b phone -o use', has: ['user'] },
  { line: 'ntfy --backend=pho', has: ['--backend=phone'] },
  { line: 'ntfy shell-integration -s fi', has: ['fish'] },
  { line: 'ntfy done busybo', has: ['busybox'] },
  { line: 'ntfy done --ping back', has: ['backup'] },
  { line: 'ntfy ping back', has: ['backup'] },
  { line: 'ntfy ping backup st', has: ['start'] },
  { line: 'ntfy-done send --prio', has: ['--priority'] },
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
  const { home, env } = await configuredHome('pings: {backup: {url: "https://hc.example/1"}}\n')
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
    const found = (await run('bash', ['-c', script], { env })).stdout.trim().split('\n')
    expect([...new Set(found)]).toEqual(has)
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
    // Where all numbers begin alike, zsh puts that digit on the line and lists nothing, but for this option.
    const rc = 'cd; unsetopt list_ambiguous; autoload -Uz compinit; compinit -u; source ~/completion\n'
    const prompt = 'PS1="ready> "; LISTMAX=100000\n'
    writeFileSync(join(home, '.zshrc'), `${rc}${prompt}ntfy() { print -r -- "got <$3> of $#" }\n`)
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
  it.each(offered)('$line', async ({ line, has }) => {
    const { home, env } = await scripted('zsh')
    writeFileSync(join(home, '.zshrc'), 'autoload -Uz compinit; compinit -u; source ~/completion; PS1="ready> "\n')
    const terminal = openTerminal('zsh', ['-i'], { env: { ...env, TERM: 'xterm' } })
    await terminal.see('ready> ')
    terminal.type(`${line}\t`)
    await terminal.see(String(has[0]))
  })
})

describe('what changes', () => {
  const bashOffers = async (env: Record<string, string>, ...words: string[]) => {
    const script = `source ~/completion; COMP_TYPE=63 COMP_WORDS=(${words.join(' ')} '') COMP_CWORD=${words.length}; _ntfy; printf '%s\\n' "\${COMPREPLY[@]}"`
    return (await run('bash', ['-c', script], { env })).stdout.trim().split('\n')
  }

  it('comes from a file that every run keeps up to date, without Node', async () => {
    const { home, env } = await scripted('bash')
    await ntfy(['config', 'check'], { env })
    const asleep = { ...env, PATH: '/usr/bin:/bin' }
    expect(await bashOffers(asleep, 'ntfy', '-b')).toEqual(expect.arrayContaining(['phone', 'desktop']))
    const config = join(home, '.config/ntfy/ntfy.yml')
    writeFileSync(config, readFileSync(config, 'utf8').replaceAll('phone', 'tablet'))
    expect(await bashOffers(env, 'ntfy', '-b')).toContain('tablet')
    expect(await bashOffers(asleep, 'ntfy', '-b')).toContain('tablet')
  })

  it('are the ids of the queue, with what they are', async () => {
    const { env } = await scripted('bash')
    await ntfy(
      ['-b', 'ntfy_sh', '-o', 'topic', 'x', '-o', 'server', 'http://127.0.0.1:1', '-t', 'Title', 'send', 'hi'],
      { env },
    )
    const [line = ''] = (await ntfy(['queue', 'list', '--json'], { env })).stdout.split('\n')
    const id = String(JSON.parse(line).id).slice(0, 8)
    expect(await bashOffers(env, 'ntfy', 'queue', 'show')).toEqual([id])
    expect(await bashOffers(env, 'ntfy', 'queue', 'retry')).toEqual([''])
  })

  it('are the options of the backend', async () => {
    const { env } = await scripted('bash')
    expect(await bashOffers(env, 'ntfy', '-b', 'phone', '-o')).toContain('topic')
    expect(await bashOffers(env, 'ntfy', '-b', 'phone', '-o')).not.toContain('room')
  })
})

describe('an installed completion', () => {
  const launched = async (env: Record<string, string>, shell: string) =>
    (await ntfy(['completion', shell], { env })).stdout

  it.each([
    { shell: 'bash', files: ['ntfy', 'ntfy-done'].map((name) => `.local/share/bash-completion/completions/${name}`) },
    { shell: 'fish', files: ['ntfy', 'ntfy-done'].map((name) => `.config/fish/completions/${name}.fish`) },
    { shell: 'zsh', files: ['.local/share/ntfy/zsh/_ntfy'] },
  ])('is where $shell looks for it, and is gone again', async ({ shell, files }) => {
    const { home, env } = await configuredHome()
    writeFileSync(join(home, '.zshrc'), '# mine\n')
    const { stdout, code } = await ntfy(['completion', shell, '--install'], { env })
    expect(code).toBe(0)
    expect(stdout).toBe(shell === 'zsh' ? 'fpath=(~/.local/share/ntfy/zsh $fpath)\n' : '')
    const script = await launched(env, shell)
    expect(files.map((file) => readFileSync(join(home, file), 'utf8'))).toEqual(files.map(() => script))
    expect(readFileSync(join(home, '.zshrc'), 'utf8')).toBe('# mine\n')
    await ntfy(['completion', shell, '--uninstall'], { env })
    expect(files.filter((file) => existsSync(join(home, file)))).toEqual([])
  })

  it("leaves another program's alone", async () => {
    const { home, env } = await configuredHome()
    const folder = join(home, '.config/fish/completions')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'ntfy.fish'), 'complete -c ntfy\n')
    for (const how of ['--install', '--uninstall']) {
      expect(await ntfy(['completion', 'fish', how], { env })).toMatchObject({ code: 74, stderr: /another ntfy/ })
    }
    expect(readFileSync(join(folder, 'ntfy.fish'), 'utf8')).toBe('complete -c ntfy\n')
  })
})

describeWith(['zsh'], 'completion in zsh', () => {
  it('works where compinit runs after it, and in a folder of fpath', async () => {
    const { home, env } = await scripted('zsh')
    const early =
      'source ~/completion; autoload -Uz compinit; compinit -u -D; print -r -- $_comps[ntfy] $_comps[ntfy-done]'
    expect(await run('zsh', ['-fic', early], { env })).toMatchObject({ stdout: '_ntfy _ntfy\n', stderr: '' })
    mkdirSync(join(home, 'functions'))
    writeFileSync(join(home, '.zshrc'), 'fpath=(~/functions $fpath)\n')
    await ntfy(['completion', 'zsh', '--install'], { env })
    expect(existsSync(join(home, 'functions/_ntfy'))).toBe(true)
  })
})
