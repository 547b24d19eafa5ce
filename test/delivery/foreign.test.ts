import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ntfy, ntfyBin, run } from '../support/cli.ts'
import { configuredHome } from '../support/configured.ts'
import { temporaryFolder } from '../support/home.ts'
import { canMount } from '../support/programs.ts'
import { likeNtfyServer } from '../support/server.ts'
import { waitFor } from '../support/wait.ts'

const isRoot = process.getuid?.() === 0
const stranger = 4711

/** A shell that these tests pretend to be hooked into: one that is there as long as they are. */
const shellPid = process.pid

/** The program where everybody can run it: root's clone may lie in a folder that nobody else may enter. */
function programForAll(): string {
  const folder = temporaryFolder()
  chmodSync(folder, 0o755)
  spawnSync('cp', ['-r', dirname(ntfyBin), join(folder, 'dist')])
  return join(folder, 'dist/ntfy')
}

/** A home in which ntfy has kept something of every kind. */
async function usedHome() {
  const { server, home, env } = await configuredHome('always: [make]\nlimit: 50/1h\ndedupe: 1m\n')
  const state = join(home, '.local/state/ntfy')
  const call = (...args: string[]) => ntfy(args, { env })
  const hook = (typed: string) =>
    ntfy(['shell-done', '--shell=bash', '--status=0', '--duration-ms=60000', `--shell-pid=${shellPid}`, '--turn=1'], {
      env,
      stdin: `${typed}\0${typed}`,
    })
  await call('done', 'true')
  await waitFor('the first message', () => server.received.length === 1)
  server.answer((_, response) => {
    response.statusCode = 400
    return { error: 'never' }
  })
  await call('send', 'refused')
  server.answer((_, response) => {
    response.statusCode = 429
    response.setHeader('retry-after', '3000')
    return { error: 'later' }
  })
  await call('send', 'waiting')
  await waitFor('the flusher', () => existsSync(join(state, 'outbox/flusher')))
  await end(env['HOME'] ?? '')
  await call('off', '1h')
  for (const folder of ['shells', 'seen', 'off-here']) mkdirSync(join(state, folder), { mode: 0o700, recursive: true })
  for (const name of [`shells/${shellPid}`, 'seen/some-id', 'cache/matrix-login', 'outbox/flusher']) {
    writeFileSync(join(state, name), '7', { mode: 0o600 })
  }
  server.answer(likeNtfyServer)
  server.received.length = 0
  return { server, home, env, state, call, hook }
}

/** Ends what goes on in the background of a home. */
async function end(home: string): Promise<void> {
  const running = () =>
    readdirSync('/proc').filter((pid) => {
      try {
        return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`HOME=${home}`)
      } catch {
        return false
      }
    })
  for (const pid of running()) process.kill(Number(pid), 'SIGKILL')
  await waitFor('the end of the flusher', () => running().length === 0)
}

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return entries.filter((name) => lstatSync(join(folder, name)).isFile())
}

/** Ways in which what lies at a path of ours is not ours. */
const disguises: [name: string, disguise: (path: string, elsewhere: string) => void][] = [
  [
    'a link',
    (path, elsewhere) => {
      renameSync(path, elsewhere)
      symlinkSync(elsewhere, path)
    },
  ],
  ['a second name of a file', (path, elsewhere) => linkSync(path, elsewhere)],
  ...(isRoot
    ? [
        [
          "another user's file",
          (path, elsewhere) => {
            chownSync(path, stranger, stranger)
            writeFileSync(elsewhere, readFileSync(path))
          },
        ] as [string, (path: string, elsewhere: string) => void],
      ]
    : []),
]

describe.each(disguises)('%s in the place of each file of ours', (name, disguise) => {
  it('is neither believed nor changed', async () => {
    const { server, home, state, call, hook } = await usedHome()
    const victims = join(home, 'victims')
    mkdirSync(victims)
    const files = filesBelow(state)
    const kinds = [
      'cache/',
      'failed/',
      'flusher',
      'hook-settings',
      'journal',
      'log',
      'off',
      'pauses/',
      'seen/',
      'shells/',
    ]
    for (const kind of kinds)
      expect(
        files.some((file) => file.includes(kind)),
        kind,
      ).toBe(true)
    const before = files.map((file, index) => {
      const elsewhere = join(victims, String(index))
      disguise(join(state, file), elsewhere)
      return { file, elsewhere, content: readFileSync(elsewhere, 'utf8') }
    })

    const listed = (await call('queue', '--json')).stdout.split('\n').filter(Boolean)
    expect(listed.filter((line) => !line.includes('"damaged"'))).toEqual([])
    expect(await call('queue', 'retry')).toMatchObject({ code: 0 })
    expect(await call('queue', 'flush')).toMatchObject({ code: 0 })
    expect(server.received).toEqual([])
    expect((await call('log', '--json')).stdout).toBe('')
    expect((await call('why')).stdout).not.toContain('true')

    // Neither switched off by what is not ours, nor held back by such a pause.
    expect(await hook('make all')).toMatchObject({ code: 0 })
    await waitFor('the message of the hook', () => server.received.length === 1)
    expect(await call('send', 'new')).toMatchObject({ code: 0, stderr: '' })
    expect(server.received).toHaveLength(2)
    for (const args of [['off', '5m'], ['on'], ['done', 'false'], ['doctor'], ['config', 'check']]) await call(...args)
    const failed = () => server.received.some(({ json }) => String(json['message']).includes('failed'))
    await waitFor('the message of done', failed)

    for (const { file, elsewhere, content } of before) {
      expect(readFileSync(elsewhere, 'utf8'), file).toBe(content)
      const path = join(state, file)
      if (name !== "another user's file" || !existsSync(path)) continue
      const { uid } = statSync(path)
      expect(uid === 0 || readFileSync(path, 'utf8') === content, file).toBe(true)
    }
  })
})

describe.runIf(canMount)("in a folder of another user's, or open to one", () => {
  it.each(['.local', '.local/state', '.local/state/ntfy', '.local/state/ntfy/outbox'])(
    'nothing is kept below %s',
    async (name) => {
      const { home, env } = await configuredHome()
      await ntfy(['send', 'hi'], { env })
      const folder = join(home, name)
      chownSync(folder, stranger, stranger)
      const names = () => readdirSync(join(home, '.local'), { recursive: true }).sort()
      const before = names()
      const outcome = await withRootsHome((wrap) => run('unshare', wrap([ntfyBin, 'send', 'again']), { env }))
      expect(outcome).toMatchObject({ code: 0 })
      expect(outcome.stderr).toMatch(/belongs to another user \(uid 4711\)/)
      expect(names()).toEqual(before)
    },
  )

  it('root keeps what is its own at home, and the user can go on', async () => {
    const { home, env, server } = await configuredHome()
    spawnSync('chown', ['-R', `${stranger}:${stranger}`, home])
    spawnSync('chmod', ['a+x', home])
    const program = programForAll()
    const asUser = (...words: string[]) =>
      run('setpriv', ['--reuid', String(stranger), '--clear-groups', program, ...words], { env, cwd: '/' })
    const everything = () => readdirSync(home, { recursive: true }).sort()
    const before = everything()
    await withRootsHome(async (wrap, own) => {
      const asRoot = (...words: string[]) => run('unshare', wrap([ntfyBin, ...words]), { env, cwd: '/' })
      const { code, stderr } = await asRoot('send', 'as root')
      expect([code, stderr.trim().split('\n').length]).toEqual([0, 1])
      expect(stderr).toContain(`${home} belongs to another user (uid 4711): root's state is in`)
      await asRoot('done', 'false')
      await waitFor('both', () => server.received.length === 2)
      expect(await asRoot('off', '1h')).toMatchObject({ code: 0 })
      expect((await asRoot('doctor')).stdout).toContain('belongs to another user')
      for (const words of [
        ['shell-integration', '-s', 'bash', '--install'],
        ['shell-integration', '-s', 'fish', '--install'],
      ]) {
        expect(await asRoot(...words)).toMatchObject({
          code: 74,
          stderr: expect.stringContaining('run this as that user'),
        })
      }
      expect(readdirSync(join(own, 'state/ntfy'))).toEqual(expect.arrayContaining(['journal', 'log', 'off', 'outbox']))
    })
    expect(everything()).toEqual(before)
    expect(await asUser('send', 'as the user')).toMatchObject({ code: 0, stderr: '' })
    expect(await asUser('off', '5m')).toMatchObject({ code: 0, stderr: '' })
    expect(await asUser('queue')).toMatchObject({ code: 0, stderr: '' })
  })
})

/**
 * Works with a folder of the test's own over root's `.local`.
 *
 * @param work gets what makes words for unshare(1) of a command, and that folder
 */
async function withRootsHome<T>(work: (wrap: (words: string[]) => string[], own: string) => Promise<T>): Promise<T> {
  const real = join(userInfo().homedir, '.local')
  if (!existsSync(real)) {
    mkdirSync(real, { mode: 0o700 })
    onTestFinished(() => void spawnSync('rmdir', [real]))
  }
  const own = temporaryFolder()
  const script = `mount --bind "$0" "$1" && shift && exec "$@"`
  return work((words) => ['--mount', 'sh', '-c', script, own, real, ...words], own)
}

it('a link in the place of the state folder, or below it, changes no mode of what it leads to', async () => {
  for (const place of ['.local/state/ntfy', '.local/state/ntfy/outbox']) {
    const { env, home } = await configuredHome()
    const elsewhere = join(home, 'elsewhere')
    mkdirSync(elsewhere, { mode: 0o755 })
    mkdirSync(dirname(join(home, place)), { recursive: true, mode: 0o700 })
    symlinkSync(elsewhere, join(home, place))
    for (const words of [['send', 'hi'], ['off'], ['on'], ['queue']]) await ntfy(words, { env })
    expect(statSync(elsewhere).mode & 0o777).toBe(0o755)
  }
})
