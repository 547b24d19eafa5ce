import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ntfy, ntfyBin, run } from '../support/cli.ts'
import { configuredHome } from '../support/configured.ts'

const hostile = 'a\u001b]0;owned\u0007b\u009b31mc\u202ed\u007fe\r\nntfy: forged'

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const commands = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/

/** Every command that lists what others have written. */
const lists = [
  ['queue', 'list'],
  ['queue', 'show'],
  ['log'],
  ['why'],
  ['doctor'],
  ['config', 'check'],
  ['config', 'path'],
  ['backends'],
  ['away'],
]

/** A home whose targets, groups, titles, tags, commands and service's words are hostile, after a few deliveries. */
async function hostileHome() {
  const configured = await configuredHome()
  const { env, home, server } = configured
  const config = join(home, '.config/ntfy/ntfy.yml')
  const target = (more: object) => ({ backend: 'ntfy_sh', server: server.address, topic: 't', ...more })
  const settings = { [hostile]: target({}), other: target({}), groups: { [`group ${hostile}`]: ['other'] } }
  writeFileSync(config, JSON.stringify({ backends: [hostile, 'other'], title: `{cwd} ${hostile}`, ...settings }))
  const say = ['send', '--tag', hostile, '--url', hostile, hostile]
  expect(await ntfy(say, { env })).toMatchObject({ code: 0 })
  server.answer((_, response) => {
    response.statusCode = 503
    return { error: hostile }
  })
  await ntfy(['-t', hostile, ...say], { env })
  // As a hook calls it: its output is nobody's.
  await run('bash', ['-c', '"$0" done true "$1"; exit 0', ntfyBin, hostile], { env })
  return configured
}

it('no list shows a name, a title, a tag or an error that is more than text', async () => {
  const { env } = await hostileHome()
  const ids = (await ntfy(['queue', '--json'], { env })).stdout.split('\n').filter(Boolean)
  const [{ id }] = ids.map((line) => JSON.parse(line)) as [{ id: string }]
  for (const list of lists) {
    const words = list[1] === 'show' ? [...list, id] : list
    for (const json of [[], ['--json']]) {
      const { stdout, stderr } = await ntfy([...json, ...words], { env })
      expect(`${stdout}${stderr}`, [...json, ...words].join(' ')).not.toMatch(commands)
      if (list[1] !== 'show') expect(stdout).not.toMatch(/^ntfy: forged/m)
    }
  }
})

it('a problem of the configuration names it on one line', async () => {
  const { env, home } = await hostileHome()
  const config = join(home, '.config/ntfy/ntfy.yml')
  writeFileSync(config, JSON.stringify({ [hostile]: { backend: 'ntfy_sh', [hostile]: hostile }, backends: [hostile] }))
  for (const words of [['config', 'check'], ['send', 'hi'], ['-b', hostile, 'send', 'hi'], ['doctor']]) {
    const { code, stdout, stderr } = await ntfy(words, { env })
    expect(code).toBe(78)
    expect(`${stdout}${stderr}`, words.join(' ')).not.toMatch(commands)
  }
})
