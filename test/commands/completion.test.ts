import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
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
