import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ntfy } from '../support/cli.ts'
import { configuredHome } from '../support/configured.ts'
import { timeless } from '../support/message.ts'
import { waitFor } from '../support/wait.ts'

/** A command with a secret in its words, and one in what it prints. */
const command = ['sh', '-c', 'echo "token: hunter3"', 'sh', '--password', 'hunter2']
const shown = `sh -c 'echo "token: ***"' sh --password ***`

const table = [
  { config: '', said: `✅ "${shown}" succeeded in 0:00 minutes:\ntoken: ***` },
  { config: 'show_command: redacted', said: `✅ "${shown}" succeeded in 0:00 minutes:\ntoken: ***` },
  { config: 'show_command: name', said: '✅ "sh" succeeded in 0:00 minutes:\ntoken: ***' },
  { config: 'show_command: hide', said: '✅ Your command succeeded in 0:00 minutes:\ntoken: ***' },
  { config: 'hide_command: true', said: '✅ Your command succeeded in 0:00 minutes:\ntoken: ***' },
  { config: 'showCommand: full\nhide_command: true', said: '✅ Your command succeeded in 0:00 minutes:\ntoken: ***' },
  {
    config: 'show_command: full',
    said: `✅ "${shown.replace('***', 'hunter3').replace('***', 'hunter2')}" succeeded in 0:00 minutes:\ntoken: hunter3`,
  },
]

it.each(table)('shows of a command what is asked for: $config', async ({ config, said }) => {
  const { server, env } = await configuredHome(`title: "{command}"\n${config}\n`)
  expect(await ntfy(['done', '-o', ...command], { env })).toMatchObject({ code: 0 })
  const { json } = await waitFor('the notification', () => server.received[0])
  expect(timeless(json['message'])).toBe(said)
  expect(json['title']).toBe(/"(.*)" succeeded/.exec(said)?.[1] ?? '')
})

it('lets a target say it for itself, and -H before all', async () => {
  const { server, env, config } = await configuredHome('show_command: hide\n')
  const text = readFileSync(config, 'utf8')
  writeFileSync(config, text.replace('topic: mine,', 'topic: mine, show_command: full,'))
  await ntfy(['done', ...command], { env })
  expect((await waitFor('the first', () => server.received[0])).json['message']).toContain('--password hunter2')
  await ntfy(['done', '-H', ...command], { env })
  expect(timeless((await waitFor('the second', () => server.received[1])).json['message'])).toBe(
    '✅ Your command succeeded in 0:00 minutes',
  )
})

it('redacts a title that was given, not what send was told', async () => {
  const { server, env } = await configuredHome()
  await ntfy(['-t', 'password=hunter2', 'done', 'true'], { env })
  expect((await waitFor('the first', () => server.received[0])).json['title']).toBe('password=***')
  await ntfy(['send', 'password=hunter2'], { env })
  expect((await waitFor('the second', () => server.received[1])).json['message']).toBe('password=hunter2')
})

it('gives a program of yours nothing more', async () => {
  const { home, env, config } = await configuredHome()
  const script = join(home, 'tell')
  writeFileSync(script, `#!/bin/sh\n{ cat; env; } > ${home}/given.tmp; mv ${home}/given.tmp ${home}/given\n`)
  chmodSync(script, 0o755)
  writeFileSync(config, `backends: [mine]\nmine: {backend: exec, command: [${script}]}\n`)
  await ntfy(['done', '-o', ...command], { env })
  const given = await waitFor('what it was given', () => {
    try {
      return readFileSync(join(home, 'given'), 'utf8')
    } catch {
      return ''
    }
  })
  expect(given).toContain('--password ***')
  expect(given).not.toMatch(/hunter[23]/)
})

it('keeps no secret on the disk, and shows none in its lists, where the target shows all', async () => {
  const { server, home, env, config } = await configuredHome('title: "{command}"\n')
  server.answer((_, response) => {
    response.statusCode = 503
    return {}
  })
  await ntfy(['done', '-o', ...command], { env })
  const state = join(home, '.local/state/ntfy')
  const kept = () =>
    readdirSync(join(state, 'outbox')).flatMap((name) => {
      const path = join(state, 'outbox', name)
      try {
        return /\.json/.test(name) || /^\d{14}-/.test(name) ? [readFileSync(path, 'utf8')] : []
      } catch {
        // It was renamed since the folder was listed.
        return []
      }
    })
  await waitFor('the delivery to be kept', () => kept().some((text) => text.includes('answered 503')))
  expect(kept().join()).not.toMatch(/hunter[23]/)
  writeFileSync(config, readFileSync(config, 'utf8').replace('topic: mine,', 'topic: mine, show_command: full,'))
  await ntfy(['done', '-o', ...command], { env })
  await waitFor('the delivery of all', () => kept().join().includes('hunter2'))
  for (const args of [['queue', '--json'], ['queue']]) {
    const { stdout } = await ntfy(args, { env })
    expect(stdout).toContain('--password')
    expect(stdout).not.toMatch(/hunter[23]/)
  }
})
