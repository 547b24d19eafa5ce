import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ntfy, ntfyBin, run } from './support/cli.ts'
import { configuredHome } from './support/configured.ts'
import { timeless } from './support/message.ts'
import { describeWith, which } from './support/programs.ts'
import { openTerminal } from './support/pty.ts'
import { waitFor } from './support/wait.ts'

const shells = [
  { shell: 'bash', rc: '.bashrc', line: `eval "$(${ntfyBin} shell-integration -s bash)"`, args: ['-i'] },
  { shell: 'zsh', rc: '.zshrc', line: `eval "$(${ntfyBin} shell-integration -s zsh)"`, args: ['-i'] },
  {
    shell: 'fish',
    rc: '.config/fish/config.fish',
    line: `${ntfyBin} shell-integration -s fish | source`,
    args: ['-i'],
  },
]

for (const { shell, rc, line, args } of shells) {
  describeWith([shell], `${shell}, with the line of the README`, () => {
    it('tells about a command that took long, and about no other', async () => {
      const { server, home, env } = await configuredHome('longer_than: 0.5\n')
      await ntfy(['send', 'configured'], { env })
      mkdirSync(join(home, '.config/fish'), { recursive: true })
      writeFileSync(join(home, rc), `${line}\n`)
      const terminal = openTerminal(shell, args, { env: { ...env, SHELL: shell, TERM: 'xterm' } })
      terminal.type('echo rea""dy\r')
      await terminal.see('ready')
      terminal.type('sleep 0.6; false\r')
      await waitFor('the notification', () => server.received.length > 1)
      expect(server.received.map(({ json }) => timeless(json['message']))).toEqual([
        'configured',
        '❌ "sleep 0.6; false" failed (code 1) in 0:00 minutes',
      ])
    })
  })
}

for (const { shell, rc, line, args } of shells) {
  describeWith([shell], `a configuration that is written while ${shell} runs`, () => {
    it('counts from the next command on, and for short ones from the next prompt', async () => {
      const { server, home, env, config } = await configuredHome()
      await ntfy(['log'], { env })
      mkdirSync(join(home, '.config/fish'), { recursive: true })
      writeFileSync(join(home, rc), `${line}\n`)
      const terminal = openTerminal(shell, args, { env: { ...env, SHELL: shell, TERM: 'xterm' } })
      const run = async (command: string, count: number) => {
        terminal.type(`${command}; echo do""ne-${count}\r`)
        await terminal.see(`done-${count}`)
      }
      await run('true', 0)
      const settings = () => readFileSync(join(home, '.local/state/ntfy/hook-settings'), 'utf8')
      appendFileSync(config, 'longer_than: 0.5\nalways: [cat]\n')
      await run('sleep 0.6', 1)
      await waitFor('the notification', () => server.received.length === 1)
      await waitFor('the settings', () => settings() === 'longer_than_ms=500\nalways=cat\n')
      await run('true', 2)
      await run('cat /dev/null', 3)
      await waitFor('the second one', () => server.received.length === 2)
    })
  })
}

describe('ntfy shell-integration --install', () => {
  it.each([
    { shell: 'bash', rc: '.bashrc' },
    { shell: 'zsh', rc: '.zshrc' },
    { shell: 'fish', rc: '.config/fish/conf.d/ntfy.fish' },
  ])('puts one line into the file of $shell and takes it away again, byte for byte', async ({ shell, rc }) => {
    const { home, env } = await configuredHome()
    const path = join(home, rc)
    const before = Buffer.from('# caf\xe9, no newline at the end', 'latin1')
    if (shell !== 'fish') writeFileSync(path, before, { mode: 0o640 })
    for (let times = 0; times < 2; times++) {
      expect(await ntfy(['shell-integration', '-s', shell, '-L', '5', '--install'], { env })).toMatchObject({ code: 0 })
      expect(readFileSync(path, 'latin1').split('# ntfy shell-integration')).toHaveLength(2)
    }
    const hooks = readFileSync(join(home, '.local/share/ntfy', `ntfy.${shell}`), 'utf8')
    expect(hooks).toMatch(/AUTO_NTFY_DONE_LONGER_THAN[ =]'-L5'/)
    expect(await ntfy(['shell-integration', '-s', shell, '--uninstall'], { env })).toMatchObject({ code: 0 })
    if (shell === 'fish') expect(existsSync(path)).toBe(false)
    else expect(readFileSync(path)).toEqual(before)
    expect(existsSync(join(home, '.local/share/ntfy', `ntfy.${shell}`))).toBe(false)
  })

  it("leaves another program's line alone, on whichever line it stands, and finds its own", async () => {
    const { home, env } = await configuredHome()
    const path = join(home, '.bashrc')
    writeFileSync(path, 'alias a=b')
    await ntfy(['shell-integration', '-s', 'bash', '--install'], { env })
    appendFileSync(path, 'export OTHER=1\n')
    expect((await run('bash', ['-c', '. ~/.bashrc; echo $OTHER'], { env })).stdout).toBe('1\n')
    await ntfy(['shell-integration', '-s', 'bash', '--uninstall'], { env })
    expect(readFileSync(path, 'utf8')).toBe('alias a=b\nexport OTHER=1\n')
    // As an older version left it: what came next stands in the comment.
    writeFileSync(path, "if [ -r '/x' ]; then . '/x'; fi # ntfy shell-integrationexport OTHER=1\n")
    await ntfy(['shell-integration', '-s', 'bash', '--uninstall'], { env })
    expect(readFileSync(path, 'utf8')).toBe('export OTHER=1\n')
  })

  it('leaves nothing behind where the file cannot be written, and says what to do', async () => {
    const { home, env } = await configuredHome()
    mkdirSync(join(home, '.bashrc'))
    const { code, stderr } = await ntfy(['shell-integration', '-s', 'bash', '--install'], { env })
    expect(code).not.toBe(0)
    expect(stderr).toMatch(/^ntfy: .*\.bashrc: .*add this line to it yourself: eval .*\n$/)
    expect(existsSync(join(home, '.local/share'))).toBe(false)
  })

  it.runIf(which('zsh'))('asks zsh for a ZDOTDIR that is not exported', async () => {
    const { home, env } = await configuredHome()
    mkdirSync(join(home, 'dots'))
    writeFileSync(join(home, '.zshenv'), 'echo noise; ZDOTDIR=$HOME/dots\n')
    await ntfy(['shell-integration', '-s', 'zsh', '--install'], { env })
    expect(readFileSync(join(home, 'dots/.zshrc'), 'utf8')).toContain('# ntfy shell-integration')
    expect(existsSync(join(home, '.zshrc'))).toBe(false)
  })

  it('writes nothing that others can write, whatever the umask', async () => {
    const { home, env } = await configuredHome()
    const script = 'umask 000; for shell in bash zsh fish; do "$0" shell-integration -s $shell --install || exit; done'
    expect(await run('sh', ['-c', script, ntfyBin], { env })).toMatchObject({ code: 0 })
    const made = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter(
      (name) => !name.startsWith('.config/ntfy'),
    )
    expect(made.filter((name) => (statSync(join(home, name)).mode & 0o022) !== 0)).toEqual([])
    expect(made).toContain('.local/share/ntfy/ntfy.zsh')
  })

  it('prints the same script from the launcher and from Node', async () => {
    const { env } = await configuredHome()
    for (const shell of ['bash', 'zsh', 'fish']) {
      const quick = await ntfy(['shell-integration', '-s', shell], { env })
      const byNode = await ntfy(['-q', 'shell-integration', '-s', shell], { env })
      expect(quick.stdout).toBe(byNode.stdout)
      expect(quick.stdout).toContain(readFileSync(join(import.meta.dirname, `../shell/ntfy.${shell}`), 'utf8'))
    }
  })

  it('says which shells there are to whoever asks for another', async () => {
    const { env } = await configuredHome()
    const outcome = await ntfy(['shell-integration', '-s', 'fsh'], { env })
    expect(outcome).toMatchObject({ code: 64, stdout: '' })
    expect(outcome.stderr).toContain('unknown shell fsh; did you mean fish?')
    expect(await ntfy(['shell-integration'], { env: { ...env, SHELL: '/bin/tcsh' } })).toMatchObject({ code: 64 })
  })
})
