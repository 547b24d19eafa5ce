import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryHome } from '../support/home.ts'
import { describeWith } from '../support/programs.ts'
import { openTerminal } from '../support/pty.ts'
import { waitFor } from '../support/wait.ts'
import { ntfy, wrapper } from './both.ts'
import { counting, filesBelow, openShell, processes, running } from './shell.ts'

describeWith(['bash', 'python3'], 'a terminal that closes', () => {
  it('ends a command that does not mind HUP, and tells one that does once', async () => {
    const shell = await openShell()
    shell.write('count', counting)
    shell.type('$W bash count\r')
    await shell.see(/[\r\n]ready/)
    shell.kill('SIGHUP')
    await waitFor('HUP', () => shell.log().includes('HUP'))
    shell.write('stop', '')
    await waitFor('the end', () => !running(shell.home, 'count'))
    expect(shell.log().match(/HUP/g)?.length).toBeLessThanOrEqual(2)
  })

  it('the notification of what it ended is kept', async () => {
    const shell = await openShell()
    mkdirSync(join(shell.home, '.config/ntfy'), { recursive: true })
    // Nobody listens on the discard port.
    shell.write(
      '.config/ntfy/ntfy.yml',
      'backends: [x]\nx: {backend: ntfy_sh, server: "http://127.0.0.1:9", topic: t}\n',
    )
    shell.type(`${ntfy} done sleep 300\r`)
    await waitFor('sleep', () => running(shell.home, 'sleep'))
    shell.kill('SIGHUP')
    await waitFor('the delivery', () =>
      filesBelow(join(shell.home, '.local/state')).some((text) => text.includes('sleep 300')),
    )
    await waitFor('the end', () => !processes().some(({ words }) => words.includes(ntfy) && words.includes('sleep')))
  })

  it('as the leader of the session we pass HUP on', async () => {
    const { home, env } = temporaryHome()
    const [file = '', ...words] = wrapper
    const terminal = openTerminal(file, [...words, 'bash', '-c', counting], { env, cwd: home })
    await terminal.see('ready')
    terminal.kill('SIGHUP')
    await waitFor('HUP', () => existsSync(join(home, 'log')))
    writeFileSync(join(home, 'stop'), '')
    await terminal.exit
    expect(readFileSync(join(home, 'log'), 'utf8')).toBe('HUP\n')
  })
})
