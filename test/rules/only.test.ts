import { chmodSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { whySilent } from '../../src/rules/hook-rules.ts'
import { ntfy } from '../support/cli.ts'
import { configuredHome } from '../support/configured.ts'

const config = { only: ['make', 'cargo test', 'vim', '/deploy/'], ignore: ['make clean'], always: ['lint'] }

function ruleFor(typed: string, short = false): string | undefined {
  return whySilent({ typed, expanded: typed, status: 0, shellPid: undefined, short, ignore: undefined }, config)?.rule
}

describe('the list of the only commands that notify', () => {
  it.each(['make', 'sudo make -j4', 'cd x && A=1 make all', 'cargo test --all', './deploy.sh', 'vim x', 'lint'])(
    'has %s',
    (line) => expect(ruleFor(line)).toBe(undefined),
  )
  it.each(['sleep 60', 'cargo build', 'makepkg', 'echo make', ''])('has not %s', (line) =>
    expect(ruleFor(line)).toBe('only'),
  )
  it('leaves the other rules as they are', () => {
    expect([ruleFor('make clean'), ruleFor('make', true), ruleFor('lint', true)]).toEqual([
      'ignore',
      'longer_than',
      undefined,
    ])
  })
})

it('decides for the hooks alone, and `why` names it', async () => {
  const { server, env, config: file } = await configuredHome('only: [make, cargo]\n')
  chmodSync(file, 0o600)
  const ended = (line: string) =>
    ntfy(['shell-done', '--status', '0', '--duration-ms', '60000', '--foreground-too'], {
      env,
      stdin: `${line}\0${line}`,
    })
  await ended('sleep 60')
  expect((await ntfy(['why'], { env })).stdout).toMatch(
    /sleep 60.*not one of the commands that notify \(make, cargo\).*only in .*ntfy\.yml:3/s,
  )
  await ended('make all')
  await ntfy(['done', 'true'], { env })
  await ntfy(['send', 'hi'], { env })
  expect(server.received.map(({ json }) => json['message'])).toEqual([
    expect.stringContaining('make all'),
    expect.stringContaining('true'),
    'hi',
  ])
  const check = async (value: string) => {
    const broken = await configuredHome(`only: ${value}\n`)
    return ntfy(['config', 'check'], { env: broken.env })
  }
  expect(await check('{a: b}')).toMatchObject({ code: 78, stdout: expect.stringContaining('only') })
})
