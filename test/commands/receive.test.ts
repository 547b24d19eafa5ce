import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ntfy, ntfyBin } from '../support/cli.ts'
import { temporaryHome } from '../support/home.ts'
import { type NtfyServerOptions, ntfyServer } from '../support/ntfy-server.ts'
import { recorder } from '../support/recorder.ts'
import { waitFor } from '../support/wait.ts'

/** A HOME that receives the topic `fleet`, and shows it by a program that writes it down. */
async function desk(options: NtfyServerOptions & { settings?: string } = {}) {
  const server = await ntfyServer(options)
  const { home, env } = temporaryHome()
  mkdirSync(join(home, '.config/ntfy'), { recursive: true })
  const { program, shown } = recorder(home)
  const config = [
    'backends: [fleet]',
    `fleet: {backend: ntfy_sh, topic: fleet, server: "${server.address}"${options.settings ?? ''}}`,
    `show: {backend: exec, command: ["${program}"]}`,
  ]
  writeFileSync(join(home, '.config/ntfy/ntfy.yml'), `${config.join('\n')}\n`)
  const start = () => {
    const child = spawn(ntfyBin, ['-b', 'show', 'receive', 'fleet'], { env, stdio: ['ignore', 'ignore', 'pipe'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    let stderr = ''
    child.stderr.on('data', (piece) => (stderr += piece))
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    return { child, ended, said: () => stderr }
  }
  const once = (...words: string[]) => ntfy(['-b', 'show', 'receive', '--once', ...words], { env })
  return { server, env, shown, start, once }
}

describe('receive', () => {
  it('begins now, shows what arrives with all that it carries, and each once', async () => {
    const { env, server, shown, start, once } = await desk()
    server.publish({ topic: 'fleet', message: 'before' })
    expect(await once()).toMatchObject({ code: 0, stderr: '' })
    expect(shown()).toEqual([])
    const receiver = start()
    await waitFor('the subscription', () => server.listening() > 0)
    server.publish({
      topic: 'fleet',
      title: 'Disk',
      message: 'full',
      priority: 5,
      tags: ['a'],
      click: 'https://x.example/',
      actions: [
        { action: 'view', label: 'Graph', url: `${server.address}/graph` },
        { action: 'view', label: 'Elsewhere', url: 'https://x.example/' },
        { action: 'http', label: 'Reboot', url: `${server.address}/reboot` },
      ],
    })
    server.publish({ topic: 'fleet', message: 'evil \u001b[31m\u202e', click: 'javascript:alert(1)' })
    await waitFor('two', () => shown().length === 2)
    expect(shown()).toMatchObject([
      {
        title: 'Disk',
        message: `full\nGraph: ${server.address}/graph`,
        priority: 'urgent',
        tags: ['a'],
        url: 'https://x.example/',
        source: 'received',
      },
      { title: 'fleet', message: 'evil ' },
    ])
    expect(shown()[1]?.['url']).toBeUndefined()
    // A kill between what the program did and our knowing it shows it once more.
    await waitFor('the log', async () => (await ntfy(['log', '--json'], { env })).stdout.split('\n').length > 2)
    receiver.child.kill('SIGKILL')
    await receiver.ended
    for (const message of ['c', 'd']) server.publish({ topic: 'fleet', message })
    expect(await once('--since', '1h')).toMatchObject({ code: 0 })
    expect(shown().map(({ message }) => message)).toEqual([
      `full\nGraph: ${server.address}/graph`,
      'evil ',
      'before',
      'c',
      'd',
    ])
    expect(await once('--since', '1h')).toMatchObject({ code: 0 })
    expect(shown().length).toBe(5)
  })

  it('goes on after a break of either side, also where the server has forgotten the last id', async () => {
    const { env, server, shown, start } = await desk()
    const logged = async () => (await ntfy(['log', '--json', '-n', '999'], { env })).stdout.split('\n').length - 1
    const wanted: string[] = []
    let receiver = start()
    await waitFor('the subscription', () => server.listening() > 0)
    for (let round = 0; round < 6; round++) {
      for (let count = 0; count < 3; count++) {
        const message = `${round}.${count}`
        wanted.push(message)
        const { id } = server.publish({ topic: 'fleet', message })
        if (count === 1 && round % 3 === 0) server.breakOff()
        if (count === 1 && round % 3 === 1) {
          receiver.child.kill('SIGKILL')
          await receiver.ended
        }
        if (count === 2 && round % 3 === 2) {
          await waitFor(message, () => shown().length === wanted.length)
          server.breakOff()
          server.forget((one) => one.id !== id)
        }
      }
      if (round % 3 === 1) receiver = start()
      await waitFor(`round ${round}`, async () => (await logged()) >= wanted.length)
    }
    expect(shown().map(({ message }) => message)).toEqual(wanted)
  })

  it('tells of many to catch up on in one, the most urgent first', async () => {
    const { server, shown, once } = await desk()
    await once()
    for (let count = 0; count < 30; count++)
      server.publish({ topic: 'fleet', message: `m${count}`, priority: count === 17 ? 5 : 3 })
    expect(await once()).toMatchObject({ code: 0 })
    expect(shown()).toMatchObject([{ title: 'fleet: 30 notifications', priority: 'urgent' }])
    expect(String(shown()[0]?.['message']).split('\n').slice(0, 2)).toEqual(['m17', 'm0'])
    await once()
    expect(shown().length).toBe(1)
  })

  it('leaves out what was taken back meanwhile', async () => {
    const { server, shown, once } = await desk()
    expect(await once()).toMatchObject({ code: 0 })
    for (let at = 0; at < 6; at++) server.publish({ topic: 'fleet', message: `m${at}`, sequence_id: `s${at}` })
    server.publish({ topic: 'fleet', message: '', sequence_id: 's1', event: 'message_delete' })
    server.publish({ topic: 'fleet', message: '', sequence_id: 's2', event: 'message_clear' })
    expect(await once()).toMatchObject({ code: 0, stderr: '' })
    // Of six that would have come as one.
    expect(shown().map(({ message }) => message)).toEqual(['m0', 'm3', 'm4', 'm5'])
  })

  it('shows what can be shown of a message whose fields are anything', async () => {
    const { server, shown, once } = await desk()
    expect(await once()).toMatchObject({ code: 0 })
    const nothing = { toString: 1, valueOf: 1 } as never
    const odd = { time: 1e300, priority: nothing, title: nothing, tags: [nothing, 'a'], actions: [nothing] as never }
    server.publish({ topic: 'fleet', message: 'odd', ...odd })
    server.publish({ topic: 'fleet', message: 'next' })
    expect(await once()).toMatchObject({ code: 0, stderr: '' })
    expect(shown()).toMatchObject([{ message: 'odd', priority: 'default', tags: ['a'] }, { message: 'next' }])
  })

  it('sends nothing back to where it came from, and nothing round in circles', async () => {
    const { env, server, shown, once } = await desk()
    const back = await ntfy(['receive', '-b', 'fleet', '--once', 'fleet'], { env })
    expect(back).toMatchObject({ code: 64, stderr: expect.stringContaining('would go back') })
    await once()
    server.publish({ topic: 'fleet', message: 'round', tags: ['ntfy-hops-3'] })
    server.publish({ topic: 'fleet', message: 'on', tags: ['ntfy-hops-1', 'x'] })
    await once()
    expect(shown()).toMatchObject([{ message: 'on', tags: ['x'] }])
    await ntfy(
      [
        'receive',
        '--once',
        '--since',
        '1h',
        '-b',
        'ntfy_sh',
        '-o',
        'topic',
        'other',
        '-o',
        'server',
        server.address,
        'fleet',
      ],
      { env },
    )
    server.publish({ topic: 'fleet', message: 'passed on', tags: ['ntfy-hops-1'] })
    await ntfy(
      ['receive', '--once', '-b', 'ntfy_sh', '-o', 'topic', 'other', '-o', 'server', server.address, 'fleet'],
      { env },
    )
    expect(server.in('other').at(-1)).toMatchObject({ message: 'passed on', tags: ['ntfy-hops-2'] })
  })

  it('stops where it is refused, waits for a server that is down, and refuses what makes no sense', async () => {
    const refused = await desk({ tokens: { tk_right: 'read-write' }, settings: ', token: tk_wrong' })
    expect(await refused.once()).toMatchObject({
      code: 78,
      stdout: '',
      stderr: expect.stringMatching(/^ntfy: fleet: .*403/m),
    })
    const { env, server, shown, start } = await desk()
    await server.stop()
    const receiver = start()
    await waitFor('its word', () => /fleet: .*connection refused; waiting/.test(receiver.said()))
    await server.start()
    await waitFor('the subscription', () => server.listening() > 0)
    server.publish({ topic: 'fleet', message: 'at last' })
    await waitFor('the message', () => shown().length === 1)
    receiver.child.kill('SIGINT')
    expect(await receiver.ended).toBe(130)
    const cases: [string[], string][] = [
      [['receive', '--since', 'x'], '--since x'],
      [['receive', 'show'], 'cannot be received'],
      [['receive', 'nobody'], 'unknown backend or target nobody'],
      [['receive', '-c', '/dev/null'], 'no target'],
    ]
    for (const [words, text] of cases)
      expect(await ntfy(words, { env })).toMatchObject({ code: 64, stderr: expect.stringContaining(text) })
  })
})
