import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ntfy, ntfyBin, type RunOutcome } from '../support/cli.ts'
import { desktopPrograms, useDesktop } from '../support/desktop.ts'
import { temporaryHome } from '../support/home.ts'
import { type NtfyServerOptions, ntfyServer, press } from '../support/ntfy-server.ts'
import { describeWith } from '../support/programs.ts'
import { openTerminal } from '../support/pty.ts'
import { closedPort } from '../support/server.ts'
import { waitFor } from '../support/wait.ts'

type Server = Awaited<ReturnType<typeof ntfyServer>>

/** A HOME whose target `phone` is a topic of an ntfy server. */
async function phone(options: NtfyServerOptions & { settings?: string; more?: string } = {}) {
  const server = await ntfyServer(options)
  const { home, env } = temporaryHome()
  mkdirSync(join(home, '.config/ntfy'), { recursive: true })
  const section = `phone: {backend: ntfy_sh, topic: mine, server: "${server.address}"${options.settings ?? ''}}`
  writeFileSync(join(home, '.config/ntfy/ntfy.yml'), `backends: [phone]\n${section}\n${options.more ?? ''}`)
  return { server, env }
}

/** Asks, and waits until the question is there. */
async function asking(words: string[], { server, env }: { server: Server; env: Record<string, string> }) {
  const before = server.in('mine').length
  const child = spawn(ntfyBin, ['ask', ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const outcome: RunOutcome = { code: null, signal: null, stdout: '', stderr: '' }
  child.stdout.on('data', (piece) => (outcome.stdout += piece))
  child.stderr.on('data', (piece) => (outcome.stderr += piece))
  const ended = new Promise<RunOutcome>((resolve) => {
    child.on('close', (code, signal) => resolve({ ...outcome, code, signal }))
  })
  const question = await waitFor('the question', () => server.in('mine')[before])
  return { child, ended, question }
}

describe('ask by the buttons of an ntfy server', () => {
  it('gives the first answer alone, and tells that it was given', async () => {
    const place = await phone()
    const { server } = place
    for (const [label, code] of [
      ['yes', 0],
      ['no', 1],
    ] as const) {
      const { ended, question } = await asking(['deploy to production?'], place)
      expect(question).toMatchObject({ message: 'deploy to production?' })
      expect(question.actions?.map((action) => action.label)).toEqual(['yes', 'no'])
      const [one, other] = (question.actions ?? []).map(({ body = '' }) => body)
      for (const body of [one, other]) expect(Buffer.from(body ?? '', 'base64url').length).toBeGreaterThanOrEqual(16)
      const replies = new URL(question.actions?.[0]?.url ?? '').pathname.slice(1)
      // Forged ones, and what is posted by whoever knows the topic of the question alone.
      for (const body of ['yes', 'no', '', `${one}x`, 'a'.repeat(22)]) server.publish({ topic: replies, message: body })
      server.publish({ topic: 'mine', message: one ?? '' })
      await press(question, label)
      await press(question, label === 'yes' ? 'no' : 'yes')
      expect(await ended).toMatchObject({ code, stdout: `${label}\n`, stderr: '' })
      const last = server.in('mine').at(-1)
      expect(last).toMatchObject({
        sequence_id: question.sequence_id,
        message: expect.stringContaining(`Answered: ${label}`),
      })
      expect(last?.actions).toBeUndefined()
    }
    const log = await ntfy(['log', '--json'], place)
    const lines = log.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines).toMatchObject([
      { target: 'phone', title: 'deploy to production?', answer: 'yes' },
      { target: 'phone', answer: 'no' },
    ])
    expect((await ntfy(['log'], place)).stdout).toContain('deploy to production?: no')
  })

  it('takes no late answer, and none of another question, for its own', async () => {
    const place = await phone()
    const first = await asking(['--timeout', '300ms', 'one?'], place)
    expect(await first.ended).toMatchObject({
      code: 75,
      stdout: '',
      stderr: expect.stringContaining('nobody answered'),
    })
    expect(place.server.in('mine').at(-1)?.message).toContain('Nobody answered in time')
    const second = await asking(['two?'], place)
    await press(first.question, 'yes')
    second.child.kill('SIGINT')
    expect(await second.ended).toMatchObject({ code: 130, stdout: '' })
    expect(place.server.in('mine').at(-1)?.message).toContain('withdrawn')
    const third = await asking(['three?'], place)
    third.child.kill('SIGKILL')
    await third.ended
    const fourth = await asking(['three?'], place)
    await press(third.question, 'yes')
    await press(second.question, 'yes')
    await press(fourth.question, 'no')
    expect(await fourth.ended).toMatchObject({ code: 1 })
  })

  it('gives the position of an option as its status, reads on where the connection broke off, and logs no code', async () => {
    const place = await phone()
    const { ended, question } = await asking(
      ['-v', '--option', 'stop', '--option=retry', '--option', 'go on', 'what now?'],
      place,
    )
    place.server.breakOff()
    await press(question, 'go on')
    const { code, stdout, stderr } = await ended
    expect({ code, stdout }).toEqual({ code: 2, stdout: 'go on\n' })
    for (const { body = '-', url } of question.actions ?? []) {
      expect(stderr).not.toContain(body)
      expect(stderr).not.toContain(url)
    }
  })

  it('lets nobody say yes to what he was not shown', async () => {
    const place = await phone()
    const secret = await asking(['--timeout', '5m', 'run it with password=hunter2hunter2?'], place)
    expect(secret.question.message).not.toContain('hunter2')
    expect(secret.question.actions?.map(({ label }) => label)).toEqual(['no', "I'll come"])
    await press(secret.question, "I'll come")
    expect(await secret.ended).toMatchObject({ code: 75, stdout: "I'll come\n" })
    const long = await asking(['--timeout', '300ms', '--default', 'yes', `${'rm -rf x; '.repeat(2000)}?`], place)
    expect(long.question.actions?.map(({ label }) => label)).toEqual(['no', "I'll come"])
    expect(await long.ended).toMatchObject({ code: 75, stdout: '' })
    const short = await asking(['--timeout', '300ms', '--default', 'yes', 'go?'], place)
    expect(await short.ended).toMatchObject({ code: 0, stdout: 'yes\n' })
  })

  it('knows what it showed also where the answer of the server is late', async () => {
    let answer = () => {}
    const slow = new Promise<void>((resolve) => {
      answer = resolve
    })
    const place = await phone({ slow })
    const args = ['--timeout', '1s', '--default', 'yes', `${'rm -rf x; '.repeat(2000)}?`]
    const { ended } = await asking(args, place)
    setTimeout(answer, 1500)
    expect(await ended).toMatchObject({ code: 75, stdout: '' })
  })

  it('never puts its own token into a button', async () => {
    const tokens = { tk_own: 'read-write', tk_reply: 'write-only' } as const
    const without = await phone({ tokens, settings: ', token: tk_own' })
    const refused = await ntfy(['ask', 'go?'], without)
    expect(refused).toMatchObject({ code: 78, stderr: expect.stringContaining('reply_token') })
    expect(without.server.in('mine')).toEqual([])
    const place = await phone({ tokens, settings: ', token: tk_own, reply_token: tk_reply' })
    const { ended, question } = await asking(['go?'], place)
    expect(JSON.stringify(question)).not.toContain('tk_own')
    expect((await press(question, 'yes')).status).toBe(200)
    expect(await ended).toMatchObject({ code: 0 })
  })
})

describe('ask', () => {
  it('refuses what cannot be asked, and says why', async () => {
    const place = await phone({ more: 'page: {backend: exec, command: ["true"]}\n' })
    const down = `server=http://127.0.0.1:${await closedPort()}`
    const cases: [string[], number, string][] = [
      [['ask'], 64, 'no question'],
      [['ask', ' '], 64, 'no question'],
      [['ask', '--timeout', 'soon', 'x?'], 64, '--timeout soon'],
      [['ask', '--timeout', '0', 'x?'], 64, '--timeout 0'],
      [['ask', '--default', 'maybe', 'x?'], 64, 'expected yes or no'],
      [['ask', '--option', '', 'x?'], 64, 'expected a word'],
      [['ask', '--option', 'a', '--option', 'A', 'x?'], 64, 'twice'],
      [['ask', ...'abcdefghij'.split('').flatMap((letter) => ['--option', letter]), 'x?'], 64, 'at most 9'],
      [['ask', ...'abcd'.split('').flatMap((letter) => ['--option', letter]), 'x?'], 64, 'at most 3 answers'],
      [['ask', '--text', 'x?'], 64, 'takes no text'],
      [['ask', '-b', 'nobody', 'x?'], 64, 'unknown backend or target nobody'],
      [['ask', '-b', 'page', 'x?'], 69, 'page cannot answer'],
      [['ask', '-b', 'phone', '-o', ...(down.split('=') as [string, string]), 'x?'], 75, 'phone'],
      [['-b', 'desktop', 'ask', 'x?'], 78, 'no session bus'],
    ]
    for (const [words, code, text] of cases) {
      expect(await ntfy(words, place), words.join(' ')).toMatchObject({
        code,
        stdout: '',
        stderr: expect.stringContaining(text),
      })
    }
    expect(place.server.in('mine')).toEqual([])
  })

  it('takes a line that is typed, or what comes first from elsewhere', async () => {
    const place = await phone()
    const env = { ...place.env, TERM: 'xterm', PS1: '$ ' }
    const terminal = openTerminal('sh', [], { env })
    const answer = async (words: string, typed: string, expected: RegExp) => {
      terminal.type(`${ntfyBin} ask ${words}; echo "[$?]"\r`)
      if (typed !== '') {
        await waitFor('the question', () => /\[[^$]*\] $/.test(terminal.output()))
        terminal.type(`${typed}\r`)
      }
      await waitFor(words, () => expected.test(terminal.output()))
    }
    await answer('-b phone "really?"', 'y', /\nyes\r\n\[0\]/)
    expect(place.server.in('mine').at(-1)?.message).toMatch(/Answered: yes \(.*terminal\)/)
    await answer('--option stop --option go "what?"', 'maybe\rGO', /expected stop or go: [\s\S]*go\r\n\[1\]/)
    await answer('--text "why?"', 'because; rm -rf /', /\nbecause; rm -rf \/\r\n\[0\]/)
    const count = place.server.in('mine').length
    terminal.type(`${ntfyBin} ask "and this?"; echo "[$?]"\r`)
    await press(await waitFor('the question', () => place.server.in('mine')[count]), 'no')
    await terminal.see(/Answered: no \(phone\)\r\nno\r\n\[1\]/)
    terminal.type(`${ntfyBin} ask "last?"; echo "[$?]"\r`)
    await waitFor('the question', () => /last\? \[yes\/no\] $/.test(terminal.output()))
    terminal.type('\x03')
    await waitFor('the end', () => /\[130\]/.test(terminal.output()))
  })
})

describeWith([...desktopPrograms, 'dunstctl'], 'ask on the desktop', () => {
  const desktop = useDesktop({ stays: true })

  it('takes the button that is pressed, and closes the question that another way has answered', async () => {
    const { env } = desktop()
    const child = spawn(ntfyBin, ['-b', 'desktop', 'ask', '--option', 'go', 'now <b>?'], { env, stdio: 'pipe' })
    onTestFinished(() => void child.kill('SIGKILL'))
    let said = ''
    child.stdout.on('data', (piece) => (said += piece))
    const ended = new Promise((resolve) => child.on('close', resolve))
    const [toast] = await desktop().waitForShown(1)
    expect(toast).toMatchObject({ body: 'now <b>?', urgency: 'critical' })
    // The only action of a notification is what its default action means to dunst.
    desktop().start('dunstctl', ['action', '0'])
    expect(await ended).toBe(0)
    expect(said).toBe('go\n')
    const other = spawn(ntfyBin, ['-b', 'desktop', 'ask', 'later?'], { env, stdio: 'ignore' })
    onTestFinished(() => void other.kill('SIGKILL'))
    await desktop().waitForShown(2)
    const withdrawn = new Promise((resolve) => other.on('close', resolve))
    other.kill('SIGINT')
    expect(await withdrawn).toBe(130)
    await waitFor('an empty screen', async () => (await desktop().displayed()) === 0)
  })
})
