import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ntfy } from '../support/cli.ts'
import { temporaryHome } from '../support/home.ts'
import { homeserver } from '../support/matrix.ts'

let server: Awaited<ReturnType<typeof homeserver>>
let home: string
let env: Record<string, string>

beforeEach(async () => {
  server = await homeserver()
  ;({ home, env } = temporaryHome())
})

afterEach(() => expect(server.wrong).toEqual([]))

function matrix(words: string[], stdin?: string) {
  return ntfy(['-o', 'homeserver', server.address, 'matrix', ...words], { env, ...(stdin !== undefined && { stdin }) })
}

function configure(section: Record<string, unknown>) {
  writeFileSync(join(home, '.ntfy.yml'), JSON.stringify({ matrix: section }), { mode: 0o600 })
}

describe('login', () => {
  it('prints what to configure, keeps the token, and is what later commands and messages use', async () => {
    const { code, stdout, stderr } = await matrix(['login', '@ntfy:example.org'], `${server.password}\n`)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('user_id: "@ntfy:example.org"\n')
    expect(stdout).not.toContain('syt_')
    expect(await ntfy(['matrix', 'rooms'], { env })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('!plain'),
    })
    const sent = await ntfy(['-b', 'matrix', '-o', 'room', '!plain:example.org', 'send', 'hi'], { env })
    expect(sent).toMatchObject({ code: 0, stderr: '' })
    expect(server.sessions.logins).toHaveLength(1)
    expect(server.events).toHaveLength(1)
  })

  it('again is the same device', async () => {
    for (let time = 0; time < 2; time++) await matrix(['--json', 'login', 'ntfy'], server.password)
    expect(server.sessions.logins.map(({ device_id: device }) => device)).toEqual([undefined, 'DEVICE0'])
  })

  it('with a configuration asks for what that lacks, and for the account that is named', async () => {
    configure({ homeserver: server.address, user_id: '@ntfy:example.org', rooms: '!plain:example.org' })
    expect(await ntfy(['matrix', 'login'], { env, stdin: server.password })).toMatchObject({ code: 0 })
    expect(await ntfy(['-b', 'matrix', 'send', 'hi'], { env })).toMatchObject({ code: 0, stderr: '' })
    const other = await ntfy(['matrix', 'login', '@ntfy:127.0.0.1'], { env, stdin: server.password })
    expect(other).toMatchObject({ code: 75, stderr: expect.stringContaining('https://127.0.0.1') })
  })

  it('with a token in the configuration says whose that is', async () => {
    configure({ homeserver: server.address, access_token: server.token, rooms: '!plain:example.org' })
    const whose = '# the access_token of the configuration is that of @ntfy:example.org (device DEVICE0)\n'
    expect(await ntfy(['matrix', 'login'], { env })).toEqual({ code: 0, signal: null, stdout: whose, stderr: '' })
  })

  it.each([
    [['login', '@ntfy:example.org'], 'wrong', 78, 'M_FORBIDDEN'],
    [['login', '@ntfy:example.org'], '', 64, 'expected a password'],
    [['login'], '', 64, '@name:server'],
    [['login', 'a', 'b'], '', 64, 'unexpected argument'],
    [['join'], '', 64, 'expected a room'],
    [['join', 'ops'], '', 64, 'ops: expected an id (!...)'],
    [['rooms', 'x'], '', 64, 'unexpected argument'],
    [['rooms'], '', 78, 'ntfy matrix login'],
    [['jion'], '', 64, 'did you mean join?'],
    [[], '', 64, 'login, join, rooms'],
  ])('%j with %j is %i: %s', async (words, stdin, code, said) => {
    const outcome = await matrix(words, stdin)
    expect(outcome).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(said) })
    expect(outcome.stderr).not.toContain('wrong')
  })

  it('of a homeserver that takes no passwords says what to do', async () => {
    server.sessions.flows = [{ type: 'm.login.sso' }]
    const outcome = await matrix(['login', 'ntfy'], 'x')
    expect(outcome).toMatchObject({ code: 78, stderr: expect.stringMatching(/m\.login\.sso.*access_token/) })
    expect(server.sessions.logins).toEqual([])
  })

  it('fails where the token cannot be kept', async () => {
    writeFileSync(join(home, 'file'), '')
    env['XDG_STATE_HOME'] = join(home, 'file')
    const outcome = await matrix(['login', 'ntfy'], server.password)
    expect(outcome).toMatchObject({ code: 74, stdout: '', stderr: expect.stringContaining('cannot be stored') })
    expect(readdirSync(home)).toContain('file')
  })
})
