import { writeFileSync } from 'node:fs'
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
