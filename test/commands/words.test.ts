import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ntfy, ntfyBin } from '../support/cli.ts'
import { configuredHome } from '../support/configured.ts'
import { temporaryHome } from '../support/home.ts'
import { openTerminal } from '../support/pty.ts'
import { waitFor } from '../support/wait.ts'

describe('the words of the command line', () => {
  it('answer for the version however it is asked for', async () => {
    const home = temporaryHome()
    for (const word of ['--version', '-V', '-v', 'version']) {
      expect(await ntfy([word], home)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ntfy \d/) })
    }
  })

  it('are explained in our own, with what was meant', async () => {
    const { env, server, config } = await configuredHome()
    writeFileSync(config, `backends: [phone]\nphone: {backend: ntfy_sh, topic: a, server: "${server.address}"}\n`)
    const mistakes: [string[], string][] = [
      [['--titel', 'x', 'send', 'y'], 'unknown option --titel; did you mean --title?'],
      [['send', '--priority', '6', 'x'], '--priority 6: unknown (known: min, low, default, high, urgent)'],
      [['done', '--on', 'fail', 'true'], '--on fail: unknown; did you mean failure?'],
      [['queue', '-b', 'phone'], 'queue: -b means nothing here'],
      [['queue', 'flush', '--all'], 'queue flush: --all means nothing here (known to queue drop)'],
      [['queue', '--held'], 'queue list: --held means nothing here'],
      [['queue', 'list', 'x'], 'queue list: x: unexpected argument'],
      [['-t', 'x', 'log'], 'log: --title means nothing here'],
      [['off', '--json'], 'off: --json means nothing here'],
      [['done', '-b', 'phone', 'true'], 'after done, -b means --background-only; put -b phone before done'],
    ]
    for (const [words, sentence] of mistakes) {
      expect(await ntfy(words, { env })).toMatchObject({ code: 64, stderr: expect.stringContaining(sentence) })
    }
    const line = await ntfy(['done', 'make -j4 | tee log'], { env })
    expect(line).toMatchObject({ code: 127, stderr: expect.stringContaining('needs --shell') })
    await waitFor('the notification', () => server.received.length === 1)
    expect(await ntfy(['send', '--priority', '5', 'x'], { env })).toMatchObject({ code: 0 })
    expect(server.received.at(-1)?.json['priority']).toBe(5)
  })

  it('are helped with on one screen, or at length', async () => {
    const home = temporaryHome()
    const help = async (...words: string[]) => (await ntfy(words, home)).stdout
    const short = await help('-h')
    expect(short.split('\n').length).toBeLessThanOrEqual(25)
    expect(await help('--help')).toContain('--log-level')
    expect(short).not.toContain('--log-level')
    expect(await help('queue', '--help')).not.toContain('--title')
    expect(await help('send', '--help')).toContain('--title')
    expect(await help('done', '-h')).not.toContain('--log-level')
  })

  it('say on a terminal what is now so, and nothing in a pipe', async () => {
    const { env } = temporaryHome()
    const terminal = openTerminal('sh', [], { env: { ...env, TERM: 'xterm', PS1: '$ ' } })
    const says = async (words: string, expected: RegExp) => {
      expect(await ntfy(words.split(' '), { env })).toMatchObject({ code: 0, stdout: '', stderr: '' })
      terminal.type(`${ntfyBin} ${words}\r`)
      await waitFor(words, () => expected.test(terminal.output()))
    }
    await says('off 1h', /\nhooks are off until (\d{4}-\d\d-\d\d )?\d\d:\d\d\r/)
    await says('on', /\nhooks are on\r/)
    await says('queue', /\nnothing is waiting\r/)
    await says('queue drop --all', /\nnothing was dropped\r/)
    await says('shell-integration -s zsh --uninstall', /no hooks are installed for zsh\r/)
    await says('completion fish --uninstall', /no completion is installed for fish\r/)
    await says('unit --uninstall --user', /ntfy@\.service: not installed\r/)
  })
})

it('status says five lines', async () => {
  const { env, config, server } = await configuredHome()
  writeFileSync(
    config,
    `longer_than: 5\nbackends: [phone]\nphone: {backend: ntfy_sh, topic: a, server: "${server.address}"}\n`,
  )
  await ntfy(['off'], { env })
  const { code, stdout } = await ntfy(['status'], { env: { ...env, SHELL: '/bin/bash' } })
  expect(code).toBe(0)
  expect(stdout.trim().split('\n')).toEqual([
    expect.stringMatching(/^hooks +not loaded by new bash shells \(ntfy shell-integration -s bash --install\)$/),
    expect.stringMatching(/^threshold +commands of 5 s or more \(longer_than in .*:1\)$/),
    expect.stringMatching(/^targets +phone$/),
    expect.stringMatching(/^queue +nothing is waiting$/),
    expect.stringMatching(/^now +hooks are off until ntfy on$/),
  ])
})
