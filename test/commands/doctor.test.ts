import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ntfy } from '../support/cli.ts'
import { configuredHome } from '../support/configured.ts'
import { desktopPrograms, useDesktop } from '../support/desktop.ts'
import { temporaryHome } from '../support/home.ts'
import { describeWith } from '../support/programs.ts'
import { loopbackServer } from '../support/server.ts'

interface Finding {
  check: string
  target: string | null
  ok: boolean
  text: string
  todo: string | null
}

async function doctor(env: Record<string, string>, ...args: string[]) {
  const outcome = await ntfy(['doctor', '--json', ...args], { env })
  const findings = outcome.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Finding)
  for (const finding of findings) expect(Object.keys(finding)).toEqual(['check', 'target', 'ok', 'text', 'todo'])
  const find = (check: string, target: string | null = null) =>
    findings.find((one) => one.check === check && one.target === target)
  return { ...outcome, findings, find }
}

describe('doctor', () => {
  it('works without a configuration, and sends nothing', async () => {
    const { env } = temporaryHome()
    const { code, find, stderr } = await doctor(env)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(find('config')).toMatchObject({ ok: true, text: 'no configuration file; using defaults' })
    expect(find('ntfy')).toMatchObject({ ok: true, text: expect.stringContaining(`on Node ${process.versions.node}`) })
    expect(find('outbox')).toMatchObject({ ok: true, text: 'empty' })
    expect(find('target', 'default')).toMatchObject({ ok: true })
    expect(find('network')).toMatchObject({ ok: true, text: 'no proxy for https addresses' })
  })

  it('says one line each for people', async () => {
    const { env } = temporaryHome()
    const { stdout } = await ntfy(['doctor'], { env })
    const [summary, ...lines] = stdout.trim().split('\n')
    const count = (mark: string) => lines.filter((line) => line.startsWith(`${mark} `)).length
    expect(summary).toBe(`${count('✗')} ✗ broken, ${count('!')} ! to look at, ${count('✓')} ✓ working`)
    for (const line of lines) expect(line).toMatch(/^[✓!] [\w ]+: \S/)
    expect(stdout).toMatch(/\n! PATH: no ntfy in PATH/)
  })

  it('ends with 1 where something is broken: hooks that call a program which is gone', async () => {
    const { env, home } = temporaryHome()
    writeFileSync(join(home, '.bashrc'), '')
    await ntfy(['shell-integration', '-s', 'bash', '--install'], { env })
    expect((await doctor(env)).code).toBe(0)
    const hooks = join(home, '.local/share/ntfy/ntfy.bash')
    writeFileSync(hooks, readFileSync(hooks, 'utf8').replace(/^NTFY_BIN='.*'$/m, "NTFY_BIN='/gone/bin/ntfy'"))
    const { code, find } = await doctor(env)
    expect(code).toBe(1)
    expect(find('shell', 'bash')).toMatchObject({ ok: false, text: 'the hooks call /gone/bin/ntfy, which is gone' })
    expect((await ntfy(['doctor'], { env })).stdout).toMatch(/^1 ✗ broken, .*\n(.*\n)*✗ shell bash: /)
  })

  it('names every problem of a broken configuration', async () => {
    const { env, config } = await configuredHome('titel: x\nother: {backend: ntfysh}\n')
    const { code, findings } = await doctor(env)
    expect(code).toBe(78)
    const texts = findings.filter(({ check }) => check === 'config').map(({ text }) => text)
    expect(texts).toEqual([
      `${config}:3: titel: unknown setting; did you mean title?`,
      expect.stringContaining(`${config}:4: other.backend: unknown backend ntfysh`),
    ])
  })

  it('asks a service what sends nothing, and a service that has no such call nothing', async () => {
    const { env, server, config } = await configuredHome()
    const asked = await loopbackServer(({ path, method }) =>
      path === '/v1/health' && method === 'GET' ? { healthy: true } : undefined,
    )
    writeFileSync(
      config,
      `phone: {backend: ntfy_sh, topic: a, server: "${asked.address}"}\nhook: {backend: webhook, url: "${server.address}/x"}\n`,
    )
    const { code, find } = await doctor(env)
    expect(code).toBe(0)
    expect(find('target', 'phone')).toMatchObject({ ok: true, text: `ntfy.sh: ${asked.address} answers` })
    expect(find('target', 'hook')).toMatchObject({ ok: true, todo: 'ntfy test hook' })
    expect(asked.received).toHaveLength(1)
    expect(server.received).toEqual([])
  })

  it('says that a token is refused, and that a secret cannot be had', async () => {
    const { env, config } = await configuredHome()
    const strict = await loopbackServer((_, response) => {
      response.statusCode = 401
      return { code: 40101, http: 401, error: 'unauthorized' }
    })
    writeFileSync(
      config,
      `phone: {backend: ntfy_sh, topic: a, token: tk_secret123, server: "${strict.address}"}\nmail: {backend: ntfy_sh, topic: a, token: {env: NO_SUCH_VARIABLE}}\n`,
    )
    chmodSync(config, 0o600)
    const { code, find, stdout } = await doctor(env)
    expect(code).toBe(78)
    expect(find('target', 'phone')).toMatchObject({ ok: false, text: expect.stringContaining('answered 401') })
    expect(find('target', 'mail')).toMatchObject({ ok: false, text: expect.stringContaining('NO_SUCH_VARIABLE') })
    expect(stdout).not.toContain('tk_secret123')
  })

  it('gives a silent service two seconds, all at the same time', async () => {
    const { env, config } = await configuredHome()
    let [open, most] = [0, 0]
    const silent = await loopbackServer((_, response) => {
      most = Math.max(most, ++open)
      response.on('close', () => open--)
      return undefined
    })
    const names = ['one', 'two', 'three', 'four']
    writeFileSync(
      config,
      names.map((name) => `${name}: {backend: ntfy_sh, topic: a, server: "${silent.address}"}\n`).join(''),
    )
    const { code, find } = await doctor(env)
    expect(most).toBeGreaterThan(1)
    expect(code).toBe(0)
    for (const name of names) expect(find('target', name)).toMatchObject({ ok: false, todo: `ntfy test ${name}` })
  })

  it('does not wait for a program that gives no secret', async () => {
    const { env, config } = await configuredHome()
    writeFileSync(
      config,
      'slow: {backend: ntfy_sh, topic: a, token: {command: [sleep, "600"]}}\nhook: {backend: webhook, url: "http://127.0.0.1:1"}\n',
      { mode: 0o600 },
    )
    const { find } = await doctor(env)
    expect(find('target', 'slow')).toMatchObject({ ok: false, text: 'no result after 2 s' })
    expect(find('target', 'hook')).toMatchObject({ ok: true })
  })

  it('looks at the shells: not loaded, loaded, twice, of another version', async () => {
    const { env, home } = temporaryHome()
    const rc = join(home, '.bashrc')
    const bash = async () => (await doctor({ ...env, SHELL: '/bin/bash' })).find('shell', 'bash')
    writeFileSync(rc, '# eval "$(ntfy shell-integration)"\n')
    expect(await bash()).toMatchObject({ ok: false, text: 'the hooks are not loaded' })
    writeFileSync(rc, 'eval "$(ntfy shell-integration)"\n')
    expect(await bash()).toMatchObject({ ok: true, text: `the hooks are loaded by ${rc}` })
    writeFileSync(rc, 'eval "$(ntfy shell-integration)"\neval "$(ntfy shell-integration -s bash)"\n')
    expect(await bash()).toMatchObject({ ok: false, text: expect.stringContaining('loaded twice') })
    writeFileSync(rc, '')
    await ntfy(['shell-integration', '-s', 'bash', '--install'], { env })
    expect(await bash()).toMatchObject({ ok: true })
    writeFileSync(join(home, '.local/share/ntfy/ntfy.bash'), '# older\n')
    expect(await bash()).toMatchObject({ ok: false, text: expect.stringContaining('from another version') })
  })

  it('names others that notify too', async () => {
    const { env, home } = temporaryHome()
    mkdirSync(join(home, '.config/kitty'), { recursive: true })
    writeFileSync(join(home, '.config/kitty/kitty.conf'), 'notify_on_cmd_finish unfocused 10\n')
    writeFileSync(join(home, '.config/starship.toml'), '[cmd_duration]\nshow_notifications = true\n')
    writeFileSync(join(home, '.zshrc'), 'plugins=(git zsh-auto-notify)\n')
    const { code, find } = await doctor(env)
    expect(code).toBe(0)
    expect(find('shell', 'kitty')).toMatchObject({ ok: false, todo: 'notify_on_cmd_finish never' })
    expect(find('shell', 'starship')).toMatchObject({ ok: false, todo: 'show_notifications = false' })
    expect(find('shell', 'zsh-auto-notify')).toMatchObject({ ok: false })
    expect(find('shell', 'Ghostty')).toBeUndefined()
  })

  it('names another program that is called ntfy', async () => {
    const { env, home } = temporaryHome()
    writeFileSync(join(home, 'ntfy'), '#!/usr/bin/env python3\n', { mode: 0o755 })
    const { find } = await doctor({ ...env, PATH: `${home}:${env['PATH'] ?? process.env['PATH']}` })
    expect(find('PATH')).toMatchObject({ ok: false, text: expect.stringContaining('dschep/ntfy') })
  })

  it('says what is kept, and that the hooks are off', async () => {
    const { env, server } = await configuredHome()
    server.answer((_, response) => {
      response.statusCode = 401
      return {}
    })
    await ntfy(['send', 'hi'], { env })
    await ntfy(['off', '1h'], { env })
    const { find } = await doctor(env)
    expect(find('outbox')).toMatchObject({ ok: false, text: '1 parked', todo: 'ntfy queue shows them' })
    expect(find('hooks')).toMatchObject({ ok: false, text: expect.stringMatching(/^off until/) })
  })

  it('says where nothing can be kept', async () => {
    const { find } = await doctor({ PATH: process.env['PATH'] ?? '', XDG_STATE_HOME: '/proc/nowhere' })
    expect(find('outbox')).toMatchObject({ ok: false, text: expect.stringContaining('cannot be written') })
  })

  it('says what is wrong with the network', async () => {
    const { env } = temporaryHome()
    const { find } = await doctor({ ...env, https_proxy: 'ftp://proxy:1', NODE_EXTRA_CA_CERTS: '/no/such/file' })
    expect(find('network')).toMatchObject({
      ok: false,
      text: expect.stringContaining('expected http:// or socks5h://'),
    })
    expect(find('network', 'ca')).toMatchObject({ ok: false, text: expect.stringContaining('/no/such/file') })
  })
})

describeWith(desktopPrograms, 'doctor on a desktop', () => {
  const desktop = useDesktop()

  it('names the server and shows nothing', async () => {
    const { find } = await doctor(desktop().env)
    expect(find('desktop')).toMatchObject({
      ok: true,
      text: expect.stringMatching(/^dunst .* on the session bus \(.*body/),
    })
    expect(desktop().shown()).toEqual([])
  })

  it('shows a test with --notify', async () => {
    const { find } = await doctor(desktop().env, '--notify')
    expect(find('desktop', 'notification')).toMatchObject({ ok: true })
    expect(await desktop().waitForShown(1)).toMatchObject([{ title: 'ntfy doctor' }])
  })
})
