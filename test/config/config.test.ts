import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ntfy, ntfyBin, run } from '../support/cli.ts'
import { configuredHome } from '../support/configured.ts'
import { temporaryHome } from '../support/home.ts'
import { waitFor } from '../support/wait.ts'

async function check(text: string | Buffer) {
  const { home, env } = temporaryHome()
  const file = join(home, '.ntfy.yml')
  writeFileSync(file, text, { mode: 0o600 })
  const outcome = await ntfy(['config', 'check'], { env })
  expect(outcome.stderr).toBe('')
  return {
    ...outcome,
    problems: outcome.stdout.split('\n').filter((line) => line.startsWith(`${file}:`)),
    env,
    home,
  }
}

describe('files that are fine', () => {
  it.each([
    ['empty', ''],
    ['only comments', '# nothing\n'],
    ['CRLF', 'backends: [desktop]\r\ntitle: x\r\n'],
    ['a byte order mark', '\uFEFFbackends: [desktop]\n'],
    ['backends as one word', 'backends: desktop\n'],
    [
      "dschep's",
      'backends:\n  - linux\n  - ntfy_sh\nlinux: {transient: "true", urgency: low}\nntfy_sh: {topic: mine}\n',
    ],
    ['a section without options', 'linux:\n'],
    [
      'of dschep, without the token that all shared',
      'backends: [pushover]\npushover: {user_key: hunter2}\nprowl: {}\n',
    ],
    ["Backy's section", 'notifications: {phone: {type: ntfy_sh, topic: mine}}\n'],
    ['keys in any spelling', 'Longer-Than: 5m\nphone: {backend: ntfy-sh, TOPIC: mine, User_Name: me}\n'],
    ['a section of somebody else', 'other: {a: 1}\n'],
    ['groups', 'groups: {all: [desktop, phone]}\nbackends: [all]\nphone: {backend: ntfy_sh, topic: mine}\n'],
    ['a secret by reference', 'phone: {backend: ntfy_sh, topic: mine, token: {env: TOKEN}}\n'],
    ['anchors', 'phone: &phone {backend: ntfy_sh, topic: mine}\nother: {<<: *phone, topic: other}\n'],
  ])('%s', async (_, text) => {
    expect(await check(text)).toMatchObject({ code: 0, problems: [] })
  })
})

describe('every problem is named, with its line, and what was expected', () => {
  it.each<[string, string, string[]]>([
    ['a list at the top', '- a\n- b\n', ['1: expected a mapping']],
    [
      'what is to be shown of commands',
      'show_command: some\nprivate: true\nntfy_sh: {topic: x, show-command: all}\n',
      [
        '1: show_command: expected full, redacted, name or hide',
        '2: private: expected drop or hide',
        '3: ntfy_sh.show-command: expected full, redacted, name or hide',
      ],
    ],
    ['a single value', 'hello\n', ['1: expected a mapping']],
    ['what is no YAML', 'backends: [desktop\n', ['1: a [ or { is not closed']],
    ['a tab', 'phone:\n\tbackend: ntfy_sh\n', ['2: ']],
    ['a key that is there twice', 'title: a\ntitle: b\n', ['2: title: duplicated mapping key (also in line 1)']],
    ['one key in two spellings', 'p: {backend: ntfy_sh, topic: a, TOPIC: b}\n', ['1: p.TOPIC: topic is there twice']],
    ['an unknown word', 'titel: x\n', ['1: titel: unknown setting; did you mean title?']],
    ['an unknown target', 'backends: [desktpo]\n', ['1: backends: unknown target desktpo; did you mean desktop?']],
    ['an unknown backend', 'p:\n  backend: ntfysh\n', ['2: p.backend: unknown backend ntfysh; did you mean ntfy_sh?']],
    [
      'an unknown option',
      'p:\n  backend: ntfy_sh\n  topic: a\n  tokn: b\n',
      ['4: p.tokn: unknown option; did you mean token?'],
    ],
    ['a backend for options', 'phone: ntfy_sh\n', ['1: phone: expected options; write phone: {backend: ntfy_sh}']],
    ['rules for nobody', 'when: {status: failure}\n', ['1: when: belongs into a target']],
    ['a title without quotes', 'title: {user}@{host}\n', ['1: title: the value needs quotation marks (title: "...")']],
    ['a missing option', 'x: 1\np:\n  backend: ntfy_sh\n', ['1: x: unknown setting', '2: p: topic is missing']],
    ['a wrong type', 'longer_than: soon\n', ['1: longer_than: expected seconds or a duration']],
    ['a word that the title has not', 'title: "{usr}"\n', ['1: title: unknown word {usr}; did you mean user?']],
    ['a mapping as the title', 'title: {a: b}\n', ['1: title: expected a string']],
    ['a group within a group', 'groups: {a: [b], b: [desktop]}\n', ['1: groups.a: b is itself a group']],
    ['a section that is used and names no backend', 'backends: [p]\np: {x: 1}\n', ['2: p: names no backend']],
    [
      'a room id that became a tag',
      'matrix:\n  room: !abc:x\n',
      ['2: a value that begins with ! needs quotation marks'],
    ],
    [
      'an alias that names nothing',
      'p:\n  a: 1\n  key: *secret\n',
      ['3: a value that begins with * needs quotation marks'],
    ],
    [
      "a room's alias that became a comment",
      'matrix:\n  room: #a:x\n',
      ['2: matrix.room: expected a list of strings (what begins with #'],
    ],
    ['a function of JavaScript', 'a: !!js/function "x"\n', ['1: unknown tag']],
    ['a prototype', '__proto__: {backends: [x]}\nbackends: 1\n', ['2: backends: expected a list of targets']],
    ['two documents', 'title: a\n---\ntitle: b\n', ['2: expected a single document']],
    ['no target at all', 'backends: []\n', ['1: backends: expected a list of targets']],
    ['a YAML bomb', bomb(), ['1: too much content']],
    ['a list of 300,000', `x: [${'1,'.repeat(300_000)}1]\n`, ['1: too much content']],
  ])('%s', async (_, text, expected) => {
    const { code, problems, stdout } = await check(text)
    expect(code).toBe(78)
    expect(problems).toHaveLength(expected.length)
    for (const [index, start] of expected.entries()) expect(problems[index]).toContain(start)
    expect(stdout).not.toMatch(/\bat \w+ \(/)
  })

  it('never shows a secret of a file that cannot be parsed', async () => {
    const { code, stdout } = await check('phone: {token: tk_secret123, topic: [\n')
    expect(code).toBe(78)
    expect(stdout).not.toContain('secret123')
  })

  it('never lets an escape sequence of the file reach the terminal', async () => {
    const { stdout } = await check('"\\e]0;evil\\a": 1\n')
    expect(stdout).not.toContain('\x1b')
  })

  it('names what cannot be a file', async () => {
    const { home, env } = temporaryHome()
    mkdirSync(join(home, '.ntfy.yml'))
    expect((await ntfy(['config', 'check'], { env })).stdout).toContain(`${join(home, '.ntfy.yml')}: is a folder`)
    const large = join(home, 'large.yml')
    writeFileSync(large, '#'.repeat(10_000_000))
    expect((await ntfy(['-c', large, 'config', 'check'], { env })).stdout).toContain('larger than 1 MB')
  })
})

describe('where it is looked for', () => {
  it('marks the first place that is there, and never looks into the current folder', async () => {
    const { home, env } = temporaryHome()
    writeFileSync(join(home, 'ntfy.yml'), 'title: x\n')
    const before = await ntfy(['config', 'path'], { env, cwd: home })
    expect(before.stdout).not.toMatch(/^\*/m)
    writeFileSync(join(home, '.ntfy.yml'), '')
    const after = await ntfy(['config', 'path'], { env })
    expect(after.stdout).toContain(`* ${join(home, '.ntfy.yml')}`)
    expect(after.stdout.split('\n')[0]).toBe(`  ${join(home, '.config/ntfy/ntfy.yml')} (yours)`)
  })

  it('reads the configuration of -c from a pipe, once', async () => {
    const { server, env } = await configuredHome()
    const script = `"$0" -c <(echo 'backends: [p]'; echo 'p: {backend: ntfy_sh, topic: piped, server: "${server.address}"}') send hi`
    expect(await run('bash', ['-c', script, ntfyBin], { env })).toMatchObject({ code: 0, stderr: '' })
    expect(server.received[0]?.json['topic']).toBe('piped')
  })

  it('reads NTFY_CONFIG before the usual places', async () => {
    const { env, home } = await configuredHome()
    const other = join(home, 'other.yml')
    writeFileSync(other, 'backends: [nowhere]\n')
    expect((await ntfy(['config', 'check'], { env: { ...env, NTFY_CONFIG: other } })).stdout).toContain('nowhere')
  })
})

describe('secrets', () => {
  it.each([
    ['a variable', '{env: MY_TOKEN}'],
    ['a file', '{file: token}'],
    ['a command', '{command: [sh, -c, "echo tk_fetched"]}'],
  ])('come from %s', async (_, reference) => {
    const { server, env, home } = await configuredHome(`other: {backend: ntfy_sh, topic: o, token: ${reference}}\n`)
    writeFileSync(join(home, '.config/ntfy/token'), 'tk_fetched\n', { mode: 0o600 })
    chmodSync(join(home, '.config/ntfy/ntfy.yml'), 0o600)
    const args = ['-b', 'other', '-o', 'server', server.address, '-v', 'send', 'hi']
    const outcome = await ntfy(args, { env: { ...env, MY_TOKEN: 'tk_fetched' } })
    expect(outcome).toMatchObject({ code: 0, stdout: '' })
    expect(outcome.stderr).not.toContain('tk_fetched')
    expect(server.received[0]?.headers.authorization).toBe('Bearer tk_fetched')
  })

  it('park the delivery when they cannot be had, and are not fetched for targets that are not used', async () => {
    const { server, env } = await configuredHome(
      'other: {backend: ntfy_sh, topic: o, token: {command: [sh, -c, "exit 3"]}}\n',
    )
    expect(await ntfy(['send', 'hi'], { env })).toMatchObject({ code: 0, stderr: '' })
    expect(server.received).toHaveLength(1)
    const outcome = await ntfy(['-b', 'other', 'send', 'hi'], { env })
    expect(outcome).toMatchObject({ code: 78 })
    expect(outcome.stderr).toContain('other.token: the command sh failed with status 3')
  })

  it.each([
    ['{command:}', 'p: {backend: ntfy_sh, topic: t, token: {command: [cat, token]}}\n'],
    ['a third-party backend', 'p: {backend: ./own.mjs}\n'],
  ])('%s is refused in a file that others can write, naming the mode', async (_, text) => {
    const { home, env } = temporaryHome()
    const file = join(home, '.ntfy.yml')
    writeFileSync(file, text)
    chmodSync(file, 0o664)
    const outcome = await ntfy(['-b', 'p', 'send', 'hi'], { env })
    expect(outcome).toMatchObject({ code: 78 })
    expect(outcome.stderr).toContain('mode 0664')
  })

  it('are warned about in a file that others can read', async () => {
    const { env, home, config } = await configuredHome()
    writeFileSync(config, 'phone: {backend: ntfy_sh, topic: t, token: tk_x}\n')
    chmodSync(config, 0o644)
    const outcome = await ntfy(['config', 'check'], { env, cwd: home })
    expect(outcome).toMatchObject({ code: 0 })
    expect(outcome.stdout).toContain('others can read the secrets in it; chmod 600')
    expect(outcome.stdout).toContain('token: in the file')
    expect(outcome.stdout).not.toContain('tk_x')
  })
})

describe("somebody's own backend", () => {
  it.each([
    ['a function of three arguments', 'export default (title, message, options) => log([title, message, options])'],
    ["dschep's notify", 'export function notify(title, message, options) { log([title, message, options]) }'],
    ['a declaration', 'export default { send: (n, o) => log([n.title, n.message, { ...o, retcode: 2 }]) }'],
  ])('is %s', async (_, code) => {
    const { env, home } = temporaryHome()
    const log = join(home, 'log')
    const source = `import { writeFileSync } from 'node:fs'\nconst log = (x) => writeFileSync('${log}', JSON.stringify(x))\n${code}\n`
    writeFileSync(join(home, 'own.mjs'), source)
    writeFileSync(join(home, '.ntfy.yml'), 'backends: [own]\nown: {backend: ./own.mjs, room: 7}\n', { mode: 0o600 })
    expect(await ntfy(['-t', 'T', 'done', 'sh', '-c', 'exit 2'], { env })).toMatchObject({ code: 2 })
    await waitFor('the call', () => existsSync(log) && readFileSync(log, 'utf8').endsWith(']'))
    const [title, message, options] = JSON.parse(readFileSync(log, 'utf8'))
    expect([title, options]).toEqual(['T', { room: 7, retcode: 2 }])
    expect(message).toContain('failed (code 2)')
  })

  it('is found as a module beside the configuration, and never above it', async () => {
    const { env, home } = temporaryHome()
    const folder = join(home, '.config/ntfy')
    mkdirSync(join(folder, 'node_modules/mine'), { recursive: true })
    mkdirSync(join(home, 'node_modules/above'), { recursive: true })
    writeFileSync(join(folder, 'node_modules/mine/package.json'), '{"exports": {"import": "./m.mjs"}}')
    writeFileSync(join(folder, 'node_modules/mine/m.mjs'), 'export default () => ({ said: true })')
    symlinkSync(join(folder, 'node_modules/mine'), join(home, 'node_modules/above/x'))
    const file = join(folder, 'ntfy.yml')
    writeFileSync(file, 'backends: [own]\nown: {backend: "module:mine"}\n', { mode: 0o600 })
    const outcome = await ntfy(['send', '--json', 'hi'], { env })
    expect(JSON.parse(outcome.stdout)).toMatchObject({ outcome: 'delivered', answer: { said: true } })
    writeFileSync(file, 'backends: [own]\nown: {backend: "module:above"}\n', { mode: 0o600 })
    expect(await ntfy(['send', 'hi'], { env })).toMatchObject({
      code: 78,
      stderr: expect.stringContaining('no package above'),
    })
  })
})

it('has a JSON Schema that takes what is right and refuses what is not', async () => {
  const { Ajv2020 } = await import('ajv/dist/2020.js')
  const { stdout } = await ntfy(['config', 'schema'], temporaryHome())
  const validate = new Ajv2020({ allowUnionTypes: true }).compile(JSON.parse(stdout))
  for (const good of [
    { backends: ['phone'], phone: { backend: 'ntfy_sh', topic: 'x', token: { env: 'T' } }, longer_than: '5m' },
    { linux: { transient: 'true' }, ntfy_sh: { topic: 'x' } },
    { other: { anything: 1 } },
    { show_command: 'name', private: 'hide', ntfy_sh: { topic: 'x', show_command: 'full' } },
    null,
  ]) {
    expect(validate(good), JSON.stringify(validate.errors)).toBe(true)
  }
  for (const bad of [
    { title: 1 },
    { phone: { backend: 'ntfy_sh' } },
    { ntfy_sh: { topic: 'x', nonsense: 1 } },
    { x: 'y' },
    { show_command: 'some' },
    { private: true },
  ]) {
    expect(validate(bad)).toBe(false)
  }
})

function bomb(): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
  for (let level = 1; level < 9; level++)
    lines.push(
      `a${level}: &a${level} [${Array(10)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
    )
  return `${lines.join('\n')}\n`
}
