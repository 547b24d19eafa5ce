import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { withTarget } from '../../src/config/edit.ts'
import { ntfy, ntfyBin } from '../support/cli.ts'
import { temporaryHome } from '../support/home.ts'
import { openTerminal } from '../support/pty.ts'
import { loopbackServer } from '../support/server.ts'

/** Setup on a terminal, in a home whose configuration says `text`. */
async function setup(args: string[], text?: string) {
  const server = await loopbackServer()
  const { env, home } = temporaryHome()
  const file = join(home, '.config/ntfy/ntfy.yml')
  if (text !== undefined) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  const terminal = openTerminal(ntfyBin, ['setup', ...args], { env: { ...env, SHELL: '/bin/bash', TERM: 'xterm' } })
  let from = 0
  /** Waits for a question and answers it. */
  const answer = async (question: string, typed: string) => {
    await terminal.see(question, from)
    from = terminal.output().length
    terminal.type(`${typed}\r`)
  }
  return { server, env, home, file, terminal, answer }
}

const erase = '\x15'

describe('setup', () => {
  it('asks, tries it, writes the target and keeps the rest of the file', async () => {
    const before = '# mine\nbackends: [desktop] # by default\n\n# last\ntitle: "{user}"\n'
    const { server, file, terminal, answer, home } = await setup(['gotify'], before)
    await answer('The name of this target', `${erase}phone`)
    await answer('url (the address', server.address)
    await answer('token (the token', 'secret-token')
    await answer('More settings?', '')
    server.answer(() => ({ id: 1, appid: 1, message: 'x', title: 'y', priority: 5, date: 'z' }))
    await answer('Send a test notification now?', 'y')
    await answer('Did it arrive?', 'y')
    await answer('Use phone by default, besides desktop?', 'y')
    await answer('in every new bash shell?', 'y')
    expect(await terminal.exit).toMatchObject({ code: 0 })
    expect(server.received).toHaveLength(1)
    expect(server.received[0]?.headers['x-gotify-key']).toBe('secret-token')
    expect(readFileSync(file, 'utf8')).toBe(
      `# mine\nbackends: [desktop, phone] # by default\n\n# last\ntitle: "{user}"\nphone:\n  backend: gotify\n  url: ${server.address}\n  token: secret-token\n`,
    )
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(terminal.output()).not.toContain('secret-token')
    expect(readFileSync(join(home, '.bashrc'), 'utf8')).toContain('# ntfy shell-integration')
  })

  it('proposes a long random topic for ntfy.sh, and shows where to subscribe', async () => {
    const { terminal, answer, file } = await setup(['ntfy_sh'])
    await answer('The name of this target', '')
    await answer('topic (the topic', '')
    await answer('More settings?', '')
    await answer('Send a test notification now?', 'n')
    await answer('Use ntfy_sh by default, besides default?', 'n')
    await answer('The title of a notification', '')
    await answer('in every new bash shell?', 'n')
    expect(await terminal.exit).toMatchObject({ code: 0 })
    const topic = /topic: ([A-Za-z0-9]{24})\n/.exec(readFileSync(file, 'utf8'))?.[1]
    expect(topic).toBeDefined()
    expect(terminal.output()).toContain(`Subscribe to https://ntfy.sh/${topic}`)
    expect(terminal.output()).toContain('▀')
  })

  it('takes a server of your own for ntfy.sh, behind the question for more', async () => {
    const { server, terminal, answer, file } = await setup(['ntfy_sh'])
    await answer('The name of this target', '')
    await answer('topic (the topic', '')
    await answer('More settings? Further options: server', 'y')
    await answer('server (the address', `${erase}${server.address}`)
    await answer('priority (a priority', '')
    await answer('Which others', '')
    await answer('Send a test notification now?', 'y')
    await answer('Did it arrive?', 'y')
    await answer('Use ntfy_sh by default, besides default?', 'n')
    await answer('The title of a notification', '2')
    await answer('in every new bash shell?', 'n')
    expect(await terminal.exit).toMatchObject({ code: 0 })
    expect(server.received).toHaveLength(1)
    const settings = /^ntfy_sh:\n {2}topic: (\w+)\n {2}server: (\S+)\ntitle: "{mark} {command} \({took}\)"\n$/.exec(
      readFileSync(file, 'utf8'),
    )
    expect(settings?.slice(1)).toEqual([server.received[0]?.json['topic'], server.address])
  })

  it('writes nothing if the test fails and it is left there', async () => {
    const { server, terminal, answer, file } = await setup(['gotify'])
    server.answer((_, response) => {
      response.statusCode = 401
      return { error: 'Unauthorized' }
    })
    await answer('The name of this target', '')
    await answer('url (the address', server.address)
    await answer('token (the token', 'wrong')
    await answer('More settings?', '')
    await answer('Send a test notification now?', 'y')
    await answer('Save it anyway?', '3')
    expect(await terminal.exit).toMatchObject({ code: 0 })
    expect(terminal.output()).toContain('answered 401')
    expect(existsSync(file)).toBe(false)
  })

  it('lets an answer be changed after a failed test, and changes a target that is there', async () => {
    const before = 'phone:\n  backend: gotify\n  url: http://127.0.0.1:1\n  token: right\n'
    const { server, terminal, answer, file } = await setup(['phone', '-o', 'priority', '7'], before)
    server.answer(() => ({ id: 1, appid: 1, message: 'x', title: 'y', priority: 7, date: 'z' }))
    await answer('url (the address', '')
    await answer('token (the token', '')
    await answer('More settings?', '')
    await answer('Send a test notification now?', 'y')
    await answer('Save it anyway?', '1')
    await answer('url (the address', `${erase}${server.address}`)
    await answer('token (the token', '')
    await answer('More settings?', '')
    await answer('Send a test notification now?', 'y')
    await answer('Did it arrive?', 'y')
    await answer('Use phone by default', 'n')
    await answer('The title of a notification', '')
    await answer('in every new bash shell?', 'n')
    expect(await terminal.exit).toMatchObject({ code: 0 })
    expect(server.received[0]).toMatchObject({ json: { priority: 7 }, headers: { 'x-gotify-key': 'right' } })
    expect(readFileSync(file, 'utf8')).toBe(
      `phone:\n  backend: gotify\n  url: ${server.address}\n  token: right\n  priority: 7\n`,
    )
    expect(terminal.output()).toContain('Next: ntfy -b phone send hi')
  })

  it('refuses an option that the backend has not', async () => {
    const { terminal } = await setup(['gotify', '-o', 'colour', 'red'])
    expect(await terminal.exit).toMatchObject({ code: 64 })
  })

  it('asks again for what is no answer', async () => {
    const { terminal, answer } = await setup(['gotify'])
    await answer('The name of this target', '')
    await answer('url (the address', 'nonsense')
    await terminal.see('expected an address (https://...)')
  })

  it('writes nothing when it is left with Ctrl-C', async () => {
    const { terminal, file } = await setup(['gotify'])
    await terminal.see('The name of this target')
    terminal.type('\x03')
    expect(await terminal.exit).toMatchObject({ code: 130 })
    expect(existsSync(file)).toBe(false)
  })

  it('lists the backends, and finds one by what is typed', async () => {
    const { terminal, answer } = await setup([])
    await terminal.see('Where shall notifications go?')
    terminal.type('pushov')
    await terminal.see('Pushover (pushover)')
    await answer('Pushover', '')
    await terminal.see('The name of this target')
  })

  it('without a terminal says which file to write instead', async () => {
    const { env } = temporaryHome()
    const { code, stderr } = await ntfy(['setup', 'pushover'], { env })
    expect(code).toBe(64)
    expect(stderr).toBe(
      'ntfy: setup needs a terminal to ask its questions (without one, write ~/.config/ntfy/ntfy.yml; ntfy backends pushover lists the options)\n',
    )
  })

  it('knows its backends', async () => {
    const { env } = temporaryHome()
    const outcome = await ntfy(['setup', 'pushovr'], { env })
    expect(outcome).toMatchObject({ code: 64, stderr: 'ntfy: unknown backend pushovr; did you mean pushover?\n' })
  })

  it('leaves a broken configuration alone', async () => {
    const { terminal } = await setup(['gotify'], 'titel: x\n')
    expect(await terminal.exit).toMatchObject({ code: 78 })
  })
})

describe('a target in a file', () => {
  const target = { name: 'phone', backend: 'gotify', settings: { url: 'https://x', token: 't' }, backends: undefined }

  it.each([
    ['', 'phone:\n  backend: gotify\n  url: https://x\n  token: t\n'],
    ['# only\n', '# only\nphone:\n  backend: gotify\n  url: https://x\n  token: t\n'],
    ['a: &x {b: 1}\nc: *x\n', 'a: &x {b: 1}\nc: *x\nphone:\n  backend: gotify\n  url: https://x\n  token: t\n'],
    [
      'title: x   # mine\nold:     # an old one\n  a: 1\n',
      'title: x   # mine\nold:     # an old one\n  a: 1\nphone:\n  backend: gotify\n  url: https://x\n  token: t\n',
    ],
    ['{"title": "x"}', '{"title": "x", phone: {backend: gotify, url: https://x, token: t}}\n'],
    ['phone: {backend: x}\ntitle: y\n', 'phone:\n  backend: gotify\n  url: https://x\n  token: t\ntitle: y\n'],
  ])('%j', async (text, expected) => {
    expect(await withTarget({ path: 'ntfy.yml', text }, target)).toBe(expected)
  })

  it.each([
    ['backends: [a]   # b\n', 'backends: [a, phone]   # b\n'],
    ['backends: []\n', 'backends: [phone]\n'],
    ['backends:\n  - a  # one\n  # two\ntitle: x\n', 'backends:\n  - a  # one\n  - phone\n  # two\ntitle: x\n'],
    ['backends: a\ntitle: x\n', 'backends: [a, phone]\ntitle: x\n'],
    ['title: x\n', 'title: x\nbackends: [a, phone]\n'],
  ])('joins the others of %j', async (text, expected) => {
    const before = /- a|\[a|: a/.test(text) || text.startsWith('title') ? ['a', 'phone'] : ['phone']
    const edited = await withTarget({ path: 'ntfy.yml', text }, { ...target, backends: before })
    expect(edited).toBe(`${expected}phone:\n  backend: gotify\n  url: https://x\n  token: t\n`)
  })

  it('goes without `backend` where its name says it', async () => {
    const own = { ...target, name: 'gotify', backends: ['gotify'] }
    expect(await withTarget({ path: 'ntfy.yml', text: '' }, own)).toBe(
      'backends: [gotify]\ngotify:\n  url: https://x\n  token: t\n',
    )
  })

  it('goes into JSON, too', async () => {
    const text = await withTarget({ path: 'ntfy.json', text: '{"title": "x"}' }, { ...target, backends: ['phone'] })
    expect(JSON.parse(text)).toEqual({
      title: 'x',
      backends: ['phone'],
      phone: { backend: 'gotify', url: 'https://x', token: 't' },
    })
  })
})
