import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ntfy } from '../support/cli.ts'
import { nodeWith, temporaryHome } from '../support/home.ts'

/** A home on another system, as far as Node says so, with a program on PATH that notes its words and does as told. */
function onSystem(system: string, program: string, end: string) {
  const { home, env } = temporaryHome()
  mkdirSync(join(home, 'bin'))
  const file = join(home, 'bin', program)
  writeFileSync(file, `#!/bin/sh\nfor word in "$@"; do printf '%s\\n' "$word"; done >>"$HOME/words"\n${end}\n`)
  chmodSync(file, 0o755)
  writeFileSync(join(home, 'system.cjs'), system)
  const node = nodeWith(home, `--require ${join(home, 'system.cjs')}`)
  const seam = { NTFY_NODE: node, PATH: `${join(home, 'bin')}:${env['PATH']}` }
  return {
    env: { ...env, ...seam, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' },
    words: () =>
      existsSync(join(home, 'words')) ? readFileSync(join(home, 'words'), 'utf8').trimEnd().split('\n') : [],
  }
}

const wsl = `require('node:os').release = () => '5.15.90.1-microsoft-standard-WSL2'\n`
const mac = `const os = require('node:os')
os.type = () => 'Darwin'
os.release = () => '23.1.0'
Object.defineProperty(process, 'platform', { ...Object.getOwnPropertyDescriptor(process, 'platform'), value: 'darwin' })\n`

const hostile = 'a "quoted" $(touch x) `touch x` \\ line'
const send = ['-b', 'desktop', '-t', 'the title', 'send', '--json', '--no-queue']

describe('a Linux inside Windows', () => {
  it('shows by SnoreToast, as the application that the configuration names', async () => {
    const { env, words } = onSystem(wsl, 'snoretoast', 'exec sleep 5')
    const outcome = await ntfy(['-b', 'desktop', '-o', 'app_id', 'Some.App', ...send.slice(2), hostile], { env })
    expect(outcome).toMatchObject({ code: 0, stdout: expect.stringContaining('"handed_to":"SnoreToast"') })
    const given = words()
    expect(given[given.indexOf('-t') + 1]).toBe('the title')
    expect(given[given.indexOf('-m') + 1]).toBe(hostile)
    expect(given[given.indexOf('-appID') + 1]).toBe('Some.App')
  })

  it('a failure of SnoreToast is none of its yeses', async () => {
    const { env, words } = onSystem(wsl, 'snoretoast', 'exit 255')
    expect(await ntfy([...send, 'hi'], { env })).toMatchObject({ code: 75 })
    expect(words()).toContain('hi')
  })

  it('says what to do where it cannot be run', async () => {
    const { env } = onSystem(wsl, 'another', '')
    const outcome = await ntfy([...send, 'hi'], { env })
    expect(outcome).toMatchObject({ code: 78, stderr: expect.stringContaining('chmod +x') })
  })
})

describe('macOS', () => {
  it('shows by terminal-notifier where that is installed', async () => {
    const { env, words } = onSystem(mac, 'terminal-notifier', 'echo "{}"')
    const outcome = await ntfy([...send, hostile], { env })
    expect(outcome).toMatchObject({ code: 0, stdout: expect.stringContaining('"handed_to":"terminal-notifier"') })
    const given = words()
    // It reads its words as property lists do: in quotation marks, with backslashes.
    expect(given[given.indexOf('-title') + 1]).toBe('"the title"')
    expect(given[given.indexOf('-message') + 1]).toBe(`"${hostile.replace(/(["$`\\])/g, '\\$1')}"`)
  })

  it('a failure of terminal-notifier is for later', async () => {
    const { env } = onSystem(mac, 'terminal-notifier', 'echo no permission >&2; exit 1')
    expect(await ntfy([...send, 'hi'], { env })).toMatchObject({ code: 75 })
  })

  it('shows by osascript else, whose texts come by stdin', async () => {
    const { env, words } = onSystem(mac, 'osascript', 'cat >>"$HOME/words"')
    const outcome = await ntfy([...send, hostile], { env })
    expect(outcome).toMatchObject({ code: 0, stdout: expect.stringContaining('"handed_to":"osascript"') })
    expect(JSON.parse(words().at(-1) ?? '')).toEqual({ message: hostile, withTitle: 'the title' })
  })
})
