import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ntfy } from '../support/cli.ts'
import { ntfyAt } from '../support/clock.ts'
import { temporaryHome } from '../support/home.ts'
import { answerJson, fakeInternet, type Request } from '../support/internet.ts'
import { describeWith } from '../support/programs.ts'
import { waitFor } from '../support/wait.ts'

const page = readFileSync(join(import.meta.dirname, '../../src/rules/README.md'), 'utf8')
const recipes = new Map(
  [...page.matchAll(/^### ([^\n]*)\n\n```yaml\n(.*?)```/gms)].map(([, name = '', yaml = '']) => [name, yaml]),
)

/** A machine with the recipe as it is written, and the services under their own names. */
async function follow(name: string, answer: { chat?: number } = {}) {
  const internet = await fakeInternet((request, response) => {
    if (request.host.startsWith('hooks.slack.com')) {
      response.writeHead(answer.chat ?? 200).end(answer.chat === undefined ? 'ok' : 'invalid_payload')
    } else answerJson(response, 200, { id: 'a', event: 'message', topic: 'b', message: 'c', time: 1 })
  })
  const { home, env } = temporaryHome()
  writeFileSync(join(home, '.ntfy.yml'), recipes.get(name) ?? 'no such recipe', { mode: 0o600 })
  const there = { ...env, https_proxy: internet.address, NODE_EXTRA_CA_CERTS: internet.ca, no_proxy: '' }
  const run = (...args: string[]) => ntfy(args, { env: there })
  const saw = (command: string, { seconds = 12, status = 0, flags = [] as string[] } = {}) =>
    ntfy(['shell-done', '--shell=bash', `--status=${status}`, `--duration-ms=${seconds * 1000}`, ...flags], {
      env: there,
      stdin: `${command}\0${command}`,
    })
  const got = () => internet.received.map(({ host }) => (host.startsWith('hooks.slack') ? 'chat' : 'phone'))
  const texts = () => internet.received.map(({ json }: Request) => String(json?.['message'] ?? json?.['text']))
  const runAt = (time: string, ...args: string[]) => ntfyAt(time, args, { ...there, TZ: 'UTC' })
  return { run, runAt, saw, got, texts, quiet: async () => (await run('queue', '--json')).stdout === '' }
}

const stories: Record<string, () => Promise<void>> = {
  'Only failures on the phone': async () => {
    const { saw, texts } = await follow('Only failures on the phone')
    await saw('make')
    await saw('make', { status: 2 })
    expect(texts()).toEqual([expect.stringContaining('"make" failed (code 2)')])
  },
  'Short commands to the chat, long ones to the phone': async () => {
    const { saw, got } = await follow('Short commands to the chat, long ones to the phone')
    await saw('make', { seconds: 299 })
    await saw('make', { seconds: 300 })
    expect(got()).toEqual(['chat', 'phone'])
  },
  'Quiet nights, except for important notifications': async () => {
    const { runAt, texts } = await follow('Quiet nights, except for important notifications')
    // The next night: the certificates of the test begin now, and end in two days.
    const evening = new Date(Date.now() + 3 * 3_600_000)
    const day = (offset: number) => new Date(evening.getTime() + offset * 86_400_000).toISOString().slice(0, 10)
    await runAt(`@${day(0)} 21:59:00`, 'send', 'good night')
    await runAt(`@${day(0)} 23:00:00`, 'send', 'backup done')
    await runAt(`@${day(1)} 02:00:00`, 'send', 'disk full', '--priority', 'high')
    expect(texts()).toEqual(['good night', 'disk full'])
    expect((await runAt(`@${day(1)} 06:59:00`, 'queue')).stdout).toContain('held')
    await runAt(`@${day(1)} 07:01:00`, 'queue', 'flush')
    await waitFor('the end of the night', () => texts().some((text) => text.includes('backup done')))
  },
  'At most two notifications an hour': async () => {
    const { run, texts } = await follow('At most two notifications an hour')
    for (const word of ['one', 'two', 'three', 'four']) await run('send', word)
    expect(texts()).toEqual(['one', 'two'])
    await run('queue', 'flush', '--held')
    expect(texts()[2]).toMatch(/: three\n.*: four$/)
  },
  'The same alert once in ten minutes': async () => {
    const { run, texts } = await follow('The same alert once in ten minutes')
    for (const word of ['disk full', 'disk full', 'disk broken', 'disk full']) await run('send', word)
    expect(texts()).toEqual(['disk full', 'disk broken'])
  },
  'The phone, if the chat does not accept it': async () => {
    const { run, got } = await follow('The phone, if the chat does not accept it', { chat: 400 })
    await run('send', 'hi')
    expect(got()).toEqual(['chat', 'phone'])
  },
  'The phone, if nobody comes back': async () => {
    const { run, runAt, got } = await follow('The phone, if nobody comes back')
    await run('send', 'hi')
    await runAt('+1m', 'queue', 'flush')
    expect(got()).toEqual(['chat'])
    await runAt('+3m', 'queue', 'flush')
    await waitFor('the phone', () => got().includes('phone'))
  },
  'Tests and failures however short, `docker logs` never': async () => {
    const { saw, texts } = await follow('Tests and failures however short, `docker logs` never')
    const short = { seconds: 1, flags: ['--short'] }
    await saw('sudo make test', short)
    await saw('make lint', short)
    await saw('make lint', { ...short, status: 1 })
    await saw('docker logs -f web')
    expect(texts()).toEqual([expect.stringContaining('make test'), expect.stringContaining('failed (code 1)')])
  },
  'Deployments to the team chat, the rest to the phone': async () => {
    const { saw, got } = await follow('Deployments to the team chat, the rest to the phone')
    await saw('./deploy --all')
    await saw('kubectl -n web apply -f x.yml')
    await saw('make')
    expect(got()).toEqual(['chat', 'chat', 'phone'])
  },
  "Only the program's name leaves this machine": async () => {
    const { saw, texts } = await follow("Only the program's name leaves this machine")
    await saw('mysqldump customers --where "name = 1"')
    expect(texts()).toEqual([expect.stringContaining('"mysqldump" succeeded')])
  },
}

describeWith(['faketime'], 'the recipes of the page on rules', () => {
  it('are all followed here', () => {
    expect([...recipes.keys()]).toEqual(Object.keys(stories))
    expect(recipes.size).toBe(10)
  })

  it.each([...recipes.keys()])('%s', async (name) => {
    const { run } = await follow(name)
    expect(await run('config', 'check')).toMatchObject({ code: 0 })
    await stories[name]?.()
  })
})
