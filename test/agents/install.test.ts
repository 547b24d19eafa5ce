import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'jsonc-parser'
import { describe, expect, it } from 'vitest'
import { ntfy, ntfyBin, run } from '../support/cli.ts'
import { temporaryHome } from '../support/home.ts'
import { loopbackServer } from '../support/server.ts'
import { waitFor } from '../support/wait.ts'

const mine = '{"hooks":[{"type":"command","command":"mine"}]}'

/** Settings as people have them. */
const shapes: Record<string, string> = {
  nothing: '',
  blanks: ' \n\n',
  empty: '{}',
  'empty, with a newline': '{}\n',
  'empty, over two lines': '{\n}\n',
  'one line': '{"a":1,"b":[1,2]}',
  'one line with blanks': '{ "a": 1, "hooks": { } }\n',
  'two spaces': '{\n  "a": 1\n}\n',
  'four spaces, no newline at the end': '{\n    "a": {\n        "b": []\n    }\n}',
  tabs: '{\n\t"a": 1,\n\t"hooks": {\n\t\t"Other": []\n\t}\n}\n',
  'Windows’ line ends': '{\r\n  "a": 1,\r\n  "hooks": {}\r\n}\r\n',
  'a byte order mark': '\uFEFF{\n  "a": 1\n}\n',
  comments: '{\n  // first\n  "a": 1, // one, two\n  /* block */ "b": 2 // last\n}\n',
  'hooks of its own': `{\n  "hooks": {\n    "Stop": [\n      ${mine}\n    ],\n    "Notification": [${mine}] // mine\n  }\n}\n`,
  'hooks in one line': `{"hooks":{"Stop":[${mine}],"AfterAgent":[]}}`,
  'hooks before others': `{\n  "hooks": {\n    "Stop": [ ${mine} ]\n  },\n  "z": true\n}\n`,
  'several of an event': `{"hooks": {"Stop": [${mine}, ${mine}], "beforeSubmitPrompt": [{"command": "mine"}]}}\n`,
  'strings like JSON': '{\n  "a": "{\\"hooks\\": [", "b": "// no comment, ,"\n}\n',
  'letters of all kinds': '{\n  "ä😀": "ü\\u0000",\n  "x": "ntfy"\n}\n',
  'keys twice': '{\n  "a": 1,\n  "a": 2\n}\n',
}

const merged: [agent: string, file: string][] = [
  ['claude', '.claude/settings.json'],
  ['codex', '.codex/hooks.json'],
  ['gemini', '.gemini/settings.json'],
  ['cursor', '.cursor/hooks.json'],
  ['qwen', '.qwen/settings.json'],
  ['windsurf', '.codeium/windsurf/hooks.json'],
]

function put(home: string, file: string, text: string | Buffer): string {
  const path = join(home, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}

function filesIn(home: string): string[] {
  return readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(home, name)).isFile())
}

describe('settings that others keep, too', () => {
  it.each(Object.entries(shapes))('%s: keep all else, and are what they were afterwards', async (_, text) => {
    const { home, env } = temporaryHome()
    const paths = merged.map(([, file]) => put(home, file, text))
    const names = merged.map(([agent]) => agent)
    expect(await ntfy(['agents', '--install', ...names], { env })).toMatchObject({ code: 0, stdout: '' })
    const installed = paths.map((path) => readFileSync(path, 'utf8'))
    for (const one of installed) {
      expect(one.split(`${ntfyBin} hook `).length).toBeGreaterThan(2)
      // All that was there is there in its order; only ours is between.
      expect(without(parse(one.replace(/^\uFEFF/, '')))).toEqual(without(parse(text.replace(/^\uFEFF/, '')) ?? {}))
      for (const comment of text.match(/\/\/ (first|one, two|last|mine)|\/\* block \*\//g) ?? [])
        expect(one).toContain(comment)
    }
    expect(await ntfy(['agents', '--install', ...names], { env })).toEqual({
      code: 0,
      signal: null,
      stdout: '',
      stderr: '',
    })
    expect(paths.map((path) => readFileSync(path, 'utf8'))).toEqual(installed)
    expect((await ntfy(['agents', '--uninstall'], { env })).code).toBe(0)
    expect(paths.map((path) => readFileSync(path, 'utf8'))).toEqual(paths.map(() => text))
  })

  it.each(Object.entries(shapes))('%s: lose nothing but ours where they were changed meanwhile', async (_, text) => {
    const { home, env } = temporaryHome()
    const path = put(home, '.codex/hooks.json', text)
    await ntfy(['agents', '--install', 'codex'], { env })
    writeFileSync(path, readFileSync(path, 'utf8').replace(/\}(\s*)$/, '}$1\n'))
    expect((await ntfy(['agents', '--uninstall', 'codex'], { env })).code).toBe(0)
    const after = readFileSync(path, 'utf8')
    expect(after).not.toContain('ntfy hook')
    const errors: never[] = []
    expect(without(parse(after.replace(/^\uFEFF/, ''), errors))).toEqual(
      without(parse(text.replace(/^\uFEFF/, '')) ?? {}),
    )
    expect(errors).toEqual([])
    for (const comment of text.match(/\/\/ (first|one, two|last|mine)|\/\* block \*\//g) ?? [])
      expect(after).toContain(comment)
  })

  it.each([
    ['invalid', '{\n  "a": 1,,\n}\n', /settings\.json:2: is not valid JSON/],
    ['cut off', '{"a":', /settings\.json:1: is not valid JSON/],
    ['a comma too many', '{\n  "a": 1,\n}\n', /settings\.json:[23]: is not valid JSON/],
    ['a list', '[]\n', /settings\.json:1: expected a JSON object/],
    ['hooks that are a list', '{\n\n  "hooks": []\n}\n', /settings\.json:3: hooks: expected an object/],
    ['an event that is none', '{\n  "hooks": {"Stop": "x"}\n}\n', /settings\.json:2: hooks\.Stop: expected a list/],
    ['other bytes', Buffer.from([0x7b, 0xff, 0x7d]), /settings\.json: is not UTF-8/],
  ])('%s: are refused, and the others are installed', async (_, text, problem) => {
    const { home, env } = temporaryHome()
    const path = put(home, '.claude/settings.json', text)
    const { code, stderr } = await ntfy(['agents', '--install', 'claude', 'gemini'], { env })
    expect({ code, stderr }).toEqual({ code: 78, stderr: expect.stringMatching(problem) })
    expect(readFileSync(path)).toEqual(Buffer.from(text))
    expect(readFileSync(join(home, '.gemini/settings.json'), 'utf8')).toContain('hook gemini')
  })

  it('keep their mode and their link, and show what would change', async () => {
    const { home, env } = temporaryHome()
    const target = put(home, 'dotfiles/claude.json', '{\n  "a": 1\n}\n')
    chmodSync(target, 0o640)
    mkdirSync(join(home, '.claude'))
    symlinkSync('../dotfiles/claude.json', join(home, '.claude/settings.json'))
    const { stdout } = await ntfy(['agents', '--install', 'claude', '--dry-run'], { env })
    expect(stdout).toMatch(
      /^--- .*settings\.json\n\+\+\+ .*settings\.json\n@@ -1,3 \+1,\d+ @@\n \{\n- {2}"a": 1\n\+ {2}"a": 1,\n/,
    )
    expect(readFileSync(target, 'utf8')).toBe('{\n  "a": 1\n}\n')
    await ntfy(['agents', '--install', 'claude'], { env })
    expect(lstatSync(join(home, '.claude/settings.json')).isSymbolicLink()).toBe(true)
    expect(statSync(target).mode & 0o777).toBe(0o640)
    expect(readFileSync(target, 'utf8')).toContain('hook claude')
    await ntfy(['agents', '--uninstall', 'claude'], { env })
    expect([readFileSync(target, 'utf8'), statSync(target).mode & 0o777]).toEqual(['{\n  "a": 1\n}\n', 0o640])
  })

  it('count milliseconds for Gemini, seconds for the others, and have Codex’s behind those of the user', async () => {
    const { home, env } = temporaryHome()
    const path = put(home, '.codex/hooks.json', shapes['several of an event'] ?? '')
    await ntfy(['agents', '--install', 'gemini', 'codex', 'claude'], { env })
    const timeouts = (file: string) =>
      [...readFileSync(join(home, file), 'utf8').matchAll(/"timeout": ?(\d+)/g)].map(([, time]) => time)
    expect(new Set(timeouts('.gemini/settings.json'))).toEqual(new Set(['10000']))
    // A request for permission waits for its answer.
    expect(new Set(timeouts('.claude/settings.json'))).toEqual(new Set(['10', '600']))
    const { hooks } = parse(readFileSync(path, 'utf8'))
    expect(hooks.Stop.map((one: { hooks: { command: string }[] }) => one.hooks[0]?.command)).toEqual([
      'mine',
      'mine',
      `${ntfyBin} hook codex`,
    ])
  })
})

/** Settings without hooks of ours, and without lists and objects that hold nothing. */
function without(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((one) => !JSON.stringify(one).includes(`${ntfyBin} hook`)).map(without)
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).map(([key, one]) => [key, without(one)] as const)
  const isEmpty = (one: unknown) => typeof one === 'object' && one !== null && Object.keys(one).length === 0
  return Object.fromEntries(kept.filter(([key, one]) => !isEmpty(one) && key !== 'version'))
}

describe('agents', () => {
  it('are found, installed without a name, listed, and leave nothing', async () => {
    const { home, env } = temporaryHome()
    for (const folder of ['.claude', '.copilot', '.config/opencode', '.config/amp'])
      mkdirSync(join(home, folder), { recursive: true })
    const before = filesIn(home)
    const list = async () => {
      const { stdout } = await ntfy(['agents', '--json'], { env: { ...env, PATH: '/usr/bin:/bin' } })
      return stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    }
    const named = (all: { agent: string }[], agent: string) => all.find((one) => one.agent === agent)
    expect(named(await list(), 'claude')).toEqual({
      ...{ agent: 'claude', found: true, file: join(home, '.claude/settings.json') },
      ...{ installed: false, trusted: false, own_notifications: false },
    })
    expect((await ntfy(['agents', '--install'], { env })).code).toBe(0)
    const all = await list()
    expect(all.filter(({ installed }) => installed).map(({ agent }) => agent)).toEqual([
      'claude',
      'copilot',
      'opencode',
      'amp',
    ])
    put(home, '.claude.json', '{"preferredNotifChannel": "terminal_bell"}')
    expect(named(await list(), 'claude')).toMatchObject({ trusted: true, own_notifications: true })
    await ntfy(['agents', '--uninstall'], { env })
    expect(filesIn(home).filter((name) => !/^(\.local\/state|\.claude\.json)/.test(name))).toEqual(before)
    expect(existsSync(join(home, '.copilot/hooks'))).toBe(false)
  })

  it('have Codex’s hooks approved by its user, one by one', async () => {
    const { home, env } = temporaryHome()
    await ntfy(['agents', '--install', 'codex'], { env })
    const file = join(home, '.codex/hooks.json')
    const trusted = async () => JSON.parse((await ntfy(['agents', 'codex', '--json'], { env })).stdout).trusted
    const state = (events: string[]) =>
      events.map((event) => `[hooks.state."${file}:${event}:0:0"]\ntrusted_hash = "sha256:1"\n`).join('\n')
    const events = [
      'user_prompt_submit',
      'stop',
      'permission_request',
      'subagent_stop',
      'interrupt',
      'session_end',
      'post_tool_use',
    ]
    expect(await trusted()).toBe(false)
    put(home, '.codex/config.toml', state(events.slice(1)))
    expect(await trusted()).toBe(false)
    put(home, '.codex/config.toml', state(events))
    expect(await trusted()).toBe(true)
  })

  it('refuse names that are none, and both at once', async () => {
    const { env } = temporaryHome()
    expect(await ntfy(['agents', '--install', 'claud'], { env })).toMatchObject({
      code: 64,
      stderr: /did you mean claude/i,
    })
    expect(await ntfy(['agents', '--install', '--uninstall'], { env })).toMatchObject({ code: 64 })
  })

  it('run what was installed without a PATH that names Node', async () => {
    const server = await loopbackServer()
    const { home, env } = temporaryHome()
    put(
      home,
      '.config/ntfy/ntfy.yml',
      `backends: [phone]\nphone: {backend: ntfy_sh, topic: a, server: "${server.address}"}\n`,
    )
    await ntfy(['agents', '--install', 'claude'], { env })
    const { hooks } = parse(readFileSync(join(home, '.claude/settings.json'), 'utf8'))
    const bin = join(home, 'bin')
    mkdirSync(bin)
    for (const name of ['cat', 'timeout', 'mkdir', 'mv', 'rm', 'setsid', 'grep', 'sh', 'env'])
      symlinkSync(`/usr/bin/${name}`, join(bin, name))
    const bare = { HOME: home, PATH: bin }
    const stdin = JSON.stringify({ hook_event_name: 'Stop', session_id: 's', cwd: '/tmp/proj' })
    const command = hooks.Stop[0].hooks[0].command
    expect(await run('/bin/sh', ['-c', command], { env: bare, stdin })).toMatchObject({
      code: 0,
      stdout: '',
      stderr: '',
    })
    await waitFor('the notification', () => server.received.length === 1)
    expect(server.received[0]?.json).toMatchObject({ title: 'claude: proj', message: 'done' })
  })
})
