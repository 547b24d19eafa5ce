import { execFile } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, expect, it, vi } from 'vitest'
import { attemptWith } from '../support/attempt.ts'
import { ntfy } from '../support/cli.ts'
import { desktopPrograms, useDesktop } from '../support/desktop.ts'
import { temporaryFolder } from '../support/home.ts'
import { answerJson, fakeInternet } from '../support/internet.ts'
import { describeWith } from '../support/programs.ts'
import { waitFor } from '../support/wait.ts'

afterEach(() => vi.unstubAllEnvs())

const url = 'https://ci.example.org/log?a=1,2'
const actions = [{ label: 'Open <log>', url }]

const button = { type: 'button', text: { type: 'plain_text', text: 'Open <log>' }, url }

it.each<[string, Record<string, unknown>, unknown, number, Record<string, unknown>]>([
  [
    'ntfy_sh',
    { topic: 't', icon: 'https://example.org/other.png' },
    { id: 'a', topic: 't' },
    200,
    { actions: [{ action: 'view', label: 'Open <log>', url }], icon: 'https://example.org/i.png' },
  ],
  [
    'telegram',
    { token: '1:a', chat_id: '1' },
    { ok: true },
    200,
    { reply_markup: { inline_keyboard: [[{ text: 'Open <log>', url }]] } },
  ],
  [
    'slack',
    { token: 'xoxb-1', recipient: 'C1' },
    { ok: true },
    200,
    { blocks: [{ type: 'section' }, { type: 'actions', elements: [button] }], icon_url: 'https://example.org/i.png' },
  ],
  [
    'discord',
    { url: 'https://discord.com/api/webhooks/1/a' },
    { id: '1' },
    200,
    {
      components: [{ type: 1, components: [{ type: 2, style: 5, label: 'Open <log>', url }] }],
      avatar_url: 'https://example.org/i.png',
    },
  ],
  [
    'mattermost',
    { url: 'https://mm.example.org', token: 't', channel_id: 'c' },
    { id: '1' },
    201,
    { props: { attachments: [{ title_link: url, actions: [{ name: 'Open <log>', integration: { url } }] }] } },
  ],
  [
    'teams',
    { url: 'https://prod-00.westus.logic.azure.com/workflows/a' },
    {},
    202,
    { attachments: [{ content: { actions: [{ type: 'Action.OpenUrl', title: 'Open <log>', url }] } }] },
  ],
])('%s shows them as buttons, and the icon', async (backend, settings, yes, status, expected) => {
  const internet = await fakeInternet((_, response) => answerJson(response, status, yes))
  vi.stubEnv('https_proxy', internet.address)
  const notification = { message: 'done', actions, icon: 'https://example.org/i.png' }
  const result = await attemptWith(backend, { ...settings, ca: internet.ca }, { notification })
  expect(result).toMatchObject({ kind: 'delivered' })
  expect(internet.received.at(-1)?.json).toMatchObject(expected)
  expect(JSON.stringify(internet.received.at(-1)?.json)).not.toContain('done\\nOpen')
})

it('keeps them below a text that is too long for a section of Slack', async () => {
  const internet = await fakeInternet((_, response) => answerJson(response, 200, { ok: true }))
  vi.stubEnv('https_proxy', internet.address)
  const settings = { token: 'xoxb-1', recipient: 'C1', ca: internet.ca }
  await attemptWith('slack', settings, { notification: { message: 'x'.repeat(5000), actions } })
  expect(internet.received.at(-1)?.json).toMatchObject({ attachments: [{ blocks: [{ elements: [button] }] }] })
  expect(internet.received.at(-1)?.json?.['blocks']).toBeUndefined()
})

describeWith([...desktopPrograms, 'dunstctl'], 'a button on the desktop', () => {
  const desktop = useDesktop()

  it('opens its address with the program of the desktop', async () => {
    const folder = temporaryFolder()
    const opened = join(folder, 'opened')
    writeFileSync(join(folder, 'xdg-open'), `#!/bin/sh\nprintf '%s' "$*" >'${opened}'\n`)
    chmodSync(join(folder, 'xdg-open'), 0o755)
    const env = { ...desktop().env, PATH: `${folder}:${desktop().env['PATH']}` }
    expect(await ntfy(['-b', 'desktop', 'send', 'hi', '--action', `Open, ${url}`], { env })).toMatchObject({ code: 0 })
    await promisify(execFile)('dunstctl', ['action', '0'], { env })
    expect(await waitFor('the address', () => existsSync(opened) && readFileSync(opened, 'utf8'))).toBe(url)
  })
})
