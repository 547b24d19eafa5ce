import { describe, expect, it } from 'vitest'
import { ntfy } from '../support/cli.ts'
import { configuredHome } from '../support/configured.ts'
import { closedPort } from '../support/server.ts'

describe('ntfy test', () => {
  it('sends to the default targets and says so', async () => {
    const { server, env } = await configuredHome()
    expect(await ntfy(['test'], { env })).toMatchObject({ code: 0, stdout: 'phone: delivered\n', stderr: '' })
    expect(server.received[0]?.json['message']).toBe('This is a test. It worked.')
  })

  it('names what went wrong, and keeps nothing', async () => {
    const { env } = await configuredHome(
      `dead: {backend: ntfy_sh, topic: x, server: "http://127.0.0.1:${await closedPort()}"}\n`,
    )
    const outcome = await ntfy(['test', 'dead', 'phone'], { env })
    expect(outcome).toMatchObject({ code: 75, stdout: 'phone: delivered\n' })
    expect(outcome.stderr).toContain('dead: not sent')
    expect((await ntfy(['queue'], { env })).stdout).toBe('')
    expect(await ntfy(['test', 'nowhere'], { env })).toMatchObject({ code: 64 })
  })
})

it('ntfy away says that nobody can know where there is no terminal', async () => {
  const { env } = await configuredHome()
  expect(await ntfy(['away'], { env })).toMatchObject({ code: 0, stdout: 'unknown\n' })
  expect(JSON.parse((await ntfy(['--json', 'away'], { env })).stdout)).toEqual({
    answer: 'unknown',
    source: 'without a terminal',
  })
})

it('ntfy away names what is wrong with the configuration that it does without', async () => {
  const { env, config } = await configuredHome('away: bogus\n')
  const outcome = await ntfy(['away'], { env })
  expect(outcome).toMatchObject({ code: 0, stdout: 'unknown\n' })
  expect(outcome.stderr).toContain(`ntfy: ${config}:3: away: expected always, auto, never`)
})
