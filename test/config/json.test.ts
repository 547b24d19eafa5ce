import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ntfy } from '../support/cli.ts'
import { temporaryHome } from '../support/home.ts'

const linesOf = (stdout: string) =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))

describe('config check --json', () => {
  async function check(text: string, mode = 0o600) {
    const { home, env } = temporaryHome()
    const file = join(home, '.ntfy.yml')
    writeFileSync(file, text, { mode })
    const { code, stdout, stderr } = await ntfy(['config', 'check', '--json'], { env })
    return { code, problems: linesOf(stdout), stderr, file }
  }

  it('has a line for each problem, with its place', async () => {
    const { code, problems, stderr, file } = await check(
      [
        'longer_than: soon',
        'titel: x',
        'groups: {all: [nowhere]}',
        'phone: {backend: pushovr}',
        'chat:',
        '  backend: ntfy_sh',
        '  topic: x',
        '  when: {status: failed}',
        'notifications: {ops: {type: mail, starttls: 1, to: a@b.c, senderaddress: a@b.c}}',
      ].join('\n'),
    )
    expect(stderr).toBe('')
    expect(code).toBe(78)
    expect(problems).toMatchObject([
      { file, line: 1, key: 'longer_than', message: expect.stringMatching(/^expected seconds/) },
      { file, line: 2, key: 'titel', message: expect.stringMatching(/^unknown setting/) },
      { file, line: 3, key: 'groups.all', message: expect.stringMatching(/^unknown target nowhere/) },
      { file, line: 4, target: 'phone', key: 'backend', message: expect.stringMatching(/^unknown backend/) },
      { file, line: 8, target: 'chat', key: 'when.status', message: expect.stringMatching(/^expected success/) },
      { file, line: 9, target: 'ops', key: 'starttls', message: expect.any(String) },
    ])
    for (const { key, target } of problems.slice(0, 3)) expect({ key, target }).toEqual({ key, target: undefined })
  })

  it('has one for a file that cannot be parsed', async () => {
    const { code, problems, file } = await check('a: [\n')
    expect(code).toBe(78)
    expect(problems).toEqual([{ file, line: expect.any(Number), message: expect.any(String) }])
  })

  it('names a key that stands twice, in JSON as well', async () => {
    const { home, env } = temporaryHome()
    for (const [line, text] of [
      [3, '{"title": "a",\n"backends": ["default"],\n"title": "b"}'],
      [1, '{"p":{"backend":"stdout"},"title":"a","title":"b"}'],
      [4, '{\n\t"p": {"title": "x"},\n\t"title": "a",\n\t"title": "b"\n}'],
    ] as const) {
      writeFileSync(join(home, '.ntfy.json'), text, { mode: 0o600 })
      const { code, stdout } = await ntfy(['config', 'check', '--json', '-c', join(home, '.ntfy.json')], { env })
      expect(linesOf(stdout)).toMatchObject([
        { line, message: expect.stringMatching(/^title: duplicated mapping key/) },
      ])
      expect(code).toBe(78)
    }
  })

  it('says nothing on stdout of a file that is fine', async () => {
    const text = 'phone: {backend: ntfy_sh, topic: mine, token: secret}\n'
    expect(await check(text)).toMatchObject({ code: 0, problems: [], stderr: '' })
    expect(await check(text, 0o644)).toMatchObject({
      code: 0,
      problems: [],
      stderr: expect.stringContaining('others can read'),
    })
  })
})

it('config path --json has a line for each place', async () => {
  const { home, env } = temporaryHome()
  const own = { path: join(home, '.config/ntfy/ntfy.yml'), reason: expect.any(String) }
  const old = { path: join(home, '.ntfy.yml'), reason: expect.any(String) }
  const places = async (...args: string[]) => {
    const { code, stdout, stderr } = await ntfy([...args, 'config', 'path', '--json'], { env })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return linesOf(stdout)
  }
  expect(await places()).toContainEqual({ ...old, exists: false, used: false })
  writeFileSync(old.path, 'title: x\n')
  expect(await places()).toContainEqual({ ...old, exists: true, used: true })
  mkdirSync(join(home, '.config/ntfy'), { recursive: true })
  writeFileSync(own.path, 'title: x\n')
  const both = await places()
  expect(both).toContainEqual({ ...own, exists: true, used: true })
  expect(both).toContainEqual({ ...old, exists: true, used: false })
  expect(await places('-c', join(home, 'none.yml'))).toEqual([
    { path: join(home, 'none.yml'), reason: '-c', exists: false, used: true },
  ])
})
