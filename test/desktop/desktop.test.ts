import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ntfy, ntfyBin } from '../support/cli.ts'
import { desktopPrograms, useDesktop } from '../support/desktop.ts'
import { timeless } from '../support/message.ts'
import { describeWith } from '../support/programs.ts'
import { openTerminal } from '../support/pty.ts'

describeWith([...desktopPrograms, 'bash', 'zsh', 'fish'], 'a desktop, with no configuration', () => {
  const desktop = useDesktop()
  const next = async (before: number) => {
    const shown = (await desktop().waitForShown(before + 1)).at(-1)
    return { ...shown, body: timeless(shown?.body) }
  }

  it('shows what is sent', async () => {
    const before = desktop().shown().length
    const outcome = await ntfy(['-t', 'A <b>title</b>', 'send', 'one & two', '--priority', 'urgent'], desktop())
    expect(outcome).toEqual({ code: 0, signal: null, stdout: '', stderr: '' })
    expect(await next(before)).toMatchObject({ title: 'A <b>title</b>', body: 'one & two', urgency: 'critical' })
  })

  it.each([
    { command: ['true'], body: '✅ "true" succeeded in 0:00 minutes', urgency: 'normal' },
    {
      command: ['sh', '-c', 'exit 2'],
      body: `❌ "sh -c 'exit 2'" failed (code 2) in 0:00 minutes`,
      urgency: 'critical',
    },
  ])('shows how $command ended', async ({ command, body, urgency }) => {
    const before = desktop().shown().length
    await ntfy(['done', ...command], desktop())
    expect(await next(before)).toMatchObject({ body, urgency, application: 'ntfy' })
  })

  it.each([
    { shell: 'bash', rc: '.bashrc', line: `eval "$(${ntfyBin} shell-integration -s bash)"` },
    { shell: 'zsh', rc: '.zshrc', line: `eval "$(${ntfyBin} shell-integration -s zsh)"` },
    { shell: 'fish', rc: 'rc.fish', line: `${ntfyBin} shell-integration -s fish | source` },
  ])('shows what the hooks of $shell tell', async ({ shell, rc, line }) => {
    const { env } = desktop()
    const before = desktop().shown().length
    const threshold = shell === 'fish' ? 'set -g NTFY_LONGER_THAN 0.3' : 'NTFY_LONGER_THAN=0.3'
    const more = shell === 'fish' ? 'set -g NTFY_FOREGROUND_TOO 1' : 'NTFY_FOREGROUND_TOO=1'
    writeFileSync(join(env['HOME'] ?? '', rc), `${line}\n${threshold}\n${more}\n`)
    const args = shell === 'fish' ? ['-i', '-C', `source ~/${rc}`] : ['-i']
    const terminal = openTerminal(shell, args, { env: { ...env, SHELL: shell, TERM: 'xterm' } })
    terminal.type('echo rea""dy\r')
    await terminal.see('ready')
    terminal.type('sleep 0.4; false\r')
    const body = '❌ "sleep 0.4; false" failed (code 1) in 0:00 minutes'
    expect(await next(before)).toMatchObject({ body, urgency: 'critical' })
  })
})
