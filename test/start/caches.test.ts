import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ntfy, ntfyBin, run } from '../support/cli.ts'
import { configuredHome } from '../support/configured.ts'
import { temporaryHome } from '../support/home.ts'
import { describeWith, which } from '../support/programs.ts'
import { waitFor } from '../support/wait.ts'

/** A HOME whose runs have made all caches. */
async function warmHome() {
  const { home, server, ...rest } = await configuredHome()
  const env = { ...rest.env, XDG_CACHE_HOME: join(home, 'cache') }
  const send = async () => {
    const before = server.received.length
    const { code, stdout, stderr } = await ntfy(['send', 'hello'], { env })
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(server.received.slice(before).map(({ json }) => json['message'])).toEqual(['hello'])
  }
  for (let run = 0; run < 4; run++) await send()
  return { home, env, send, config: rest.config }
}

type Home = Awaited<ReturnType<typeof warmHome>>

const caches: Record<string, (home: Home) => string> = {
  'what V8 has compiled': ({ env }) => {
    const folder = join(env.XDG_CACHE_HOME, 'ntfy/code')
    const [file = ''] = readdirSync(folder).filter((name) => name.startsWith('send-'))
    return join(folder, file)
  },
  'the configuration as it was read': ({ home }) => join(home, '.local/state/ntfy/config'),
  'the Node that need not be asked': ({ env }) => join(env.XDG_CACHE_HOME, 'ntfy/node'),
}

function flipBit(file: string, part: number): void {
  const bytes = readFileSync(file)
  const at = Math.floor((bytes.length - 1) * part)
  bytes[at] = (bytes[at] ?? 0) ^ 4
  writeFileSync(file, bytes)
}

/** A cache of V8's as another version of it would have made it, all else being right. */
function byAnotherV8(bytes: Buffer): Buffer {
  let at = 8 + bytes.readUInt32LE(4)
  const [runs, table] = JSON.parse(bytes.toString('latin1', 8, at)) as [number, [string, number, number, number][]]
  const begin = at
  for (const line of table) {
    bytes.writeUInt32LE(bytes.readUInt32LE(at + 4) ^ 1, at + 4)
    line[3] = crc32(bytes.subarray(at, at + line[2]))
    at += Math.ceil(line[2] / 8) * 8
  }
  const head = Buffer.from(`        ${JSON.stringify([runs, table])}      `).subarray(0, begin)
  head.writeUInt32LE(head.length - 8, 4)
  head.writeUInt32LE(crc32(head.subarray(4)))
  return Buffer.concat([head, bytes.subarray(begin)])
}

const spoilt: Record<string, (file: string) => void> = {
  missing: (file) => rmSync(file),
  foreign: (file) => (process.geteuid?.() === 0 ? chownSync(file, 4711, 4711) : linkSync(file, `${file}.other`)),
  'damaged at its beginning': (file) => flipBit(file, 0),
  'damaged in its middle': (file) => flipBit(file, 0.5),
  'damaged near its end': (file) => flipBit(file, 0.98),
  'cut off': (file) => truncateSync(file, Math.floor(statSync(file).size / 2)),
  empty: (file) => truncateSync(file, 0),
  unwritable: (file) => {
    rmSync(file)
    mkdirSync(file)
  },
  'a pipe': (file) => {
    rmSync(file)
    execFileSync('mkfifo', [file])
  },
  'of another version': (file) => {
    const bytes = readFileSync(file)
    const [, identity = '', tree] = bytes.toString('latin1').split('\n')
    if (file.endsWith('/node')) writeFileSync(file, 'elsewhere\n/usr/bin/false\n')
    else if (!file.endsWith('/config')) writeFileSync(file, byAnotherV8(bytes))
    else {
      const other = `${identity.replace(/^\["[^"]*/, '["0.0.0')}\n{"map":[]}`
      expect(tree).toBeDefined()
      writeFileSync(file, `${crc32(other)}\n${other}\n`)
    }
  },
}

describe.each(Object.keys(caches))('%s', (cache) => {
  it('is kept, and costs nothing but time however it is spoilt', async () => {
    const home = await warmHome()
    const file = caches[cache]?.(home) ?? ''
    for (const [how, spoil] of Object.entries(spoilt)) {
      expect(statSync(file).isFile(), how).toBe(true)
      expect(statSync(file).mode & 0o077, how).toBe(0)
      spoil(file)
      await home.send()
      await home.send()
      rmSync(file, { recursive: true, force: true })
      await home.send()
    }
  })
})

it('caches are not where others can write, and need no place', async () => {
  const { home, env, config } = await warmHome()
  const shared = join(home, 'shared')
  mkdirSync(shared)
  chmodSync(shared, 0o777)
  for (const folder of [shared, '/proc/nowhere', 'relative']) {
    const { code, stderr } = await ntfy(['send', 'hello'], { env: { ...env, XDG_CACHE_HOME: folder } })
    expect({ folder, code, stderr }).toEqual({ folder, code: 0, stderr: '' })
  }
  const files = readdirSync(shared, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  expect(files).toEqual([])
  writeFileSync(config, `${readFileSync(config, 'utf8').replace('topic:', 'token: tk_hunter2hunter2hunter2, topic:')}`)
  await ntfy(['send', 'hello'], { env })
  const kept = readFileSync(join(home, '.local/state/ntfy/config'), 'latin1')
  expect(kept).toContain('token')
  expect(kept).not.toContain('hunter2')
})

it.runIf(process.geteuid?.() === 0)('root makes none in the home of somebody else', async () => {
  const { home, env } = temporaryHome({ XDG_CACHE_HOME: '' })
  mkdirSync(join(home, '.cache'))
  for (const folder of [home, join(home, '.cache')]) chownSync(folder, 4711, 4711)
  await ntfy(['backends'], { env })
  expect(readdirSync(join(home, '.cache'))).toEqual([])
})

it.runIf(process.platform === 'linux')('a command that outlives an upgrade notifies when it ends', async () => {
  const { home, env, server } = await configuredHome()
  const dist = join(home, 'dist')
  cpSync(dirname(ntfyBin), dist, { recursive: true })
  const program = readdirSync(join(dist, 'program'))
    .filter((name) => name.endsWith('.cjs'))
    .map((name) => join(dist, 'program', name))
  const size = program.reduce((sum, file) => sum + statSync(file).size, 0)
  const child = spawn(join(dist, 'ntfy'), ['done', 'sh', '-c', 'read x'], { env, stdio: ['pipe', 'ignore', 'ignore'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await waitFor('all of the program to be read', () => {
    const [, read] = /rchar: (\d+)/.exec(readFileSync(`/proc/${child.pid}/io`, 'latin1')) ?? []
    return Number(read) > size
  })
  for (const file of program) writeFileSync(file, 'of another version')
  child.stdin.end('\n')
  await once(child, 'exit')
  const flush = await ntfy(['queue', 'flush'], { env })
  expect(flush.code).toBe(0)
  await waitFor('the notification', () => server.received.some(({ json }) => String(json['message']).includes('sh -c')))
})

it('a configuration is read anew when it changes, whatever its time says', async () => {
  const { env, config, send } = await warmHome()
  const { atime, mtime } = statSync(config)
  writeFileSync(config, readFileSync(config, 'utf8').replace('topic: mine', 'topic: , ab'))
  utimesSync(config, atime, mtime)
  expect((await ntfy(['send', 'hello'], { env })).code).toBe(78)
  writeFileSync(config, readFileSync(config, 'utf8').replace('topic: , ab', 'topic: mine'))
  await send()
})

it('two configurations that are used in turns have a copy each', async () => {
  const { home, env, config } = await warmHome()
  const other = join(home, 'other.yml')
  copyFileSync(config, other)
  const copies = async () => {
    for (const named of [[], ['-c', other]]) expect((await ntfy([...named, 'send', 'hello'], { env })).code).toBe(0)
    const folder = join(home, '.local/state/ntfy')
    const names = readdirSync(folder).filter((name) => name.startsWith('config'))
    return names.map((name) => statSync(join(folder, name)).ino)
  }
  const first = await copies()
  expect(first).toHaveLength(2)
  expect(await copies()).toEqual(first)
})

describeWith(['strace'], 'a Node that has started here', () => {
  it('is not asked for its version, until something changes', async () => {
    const { home, env } = await warmHome()
    const node = join(home, 'bin/node')
    mkdirSync(join(home, 'bin'))
    copyFileSync(which('node') ?? '', node)
    // The note has to be younger by a second than what it is about.
    for (const path of [node, join(home, 'bin')]) utimesSync(path, 1, 1)
    const asked = async (...words: string[]) => {
      const trace = join(home, 'trace')
      const strace = ['-f', '-qq', '-e', 'trace=execve', '-e', 'signal=none', '-o', trace, ntfyBin, ...words]
      const { stdout } = await run('strace', strace, { env: { ...env, NTFY_NODE: node } })
      return { stdout, asked: /"--version"/.test(readFileSync(trace, 'latin1')) }
    }
    await asked('send', 'hello')
    expect((await asked('send', 'hello')).asked).toBe(false)
    const note = join(env.XDG_CACHE_HOME, 'ntfy/node')
    utimesSync(note, 4e9, 4e9)
    await asked('send', 'hello')
    expect(statSync(note).mtimeMs).toBeLessThan(3e12)
    const limited = await run('sh', ['-c', `ulimit -d 100000; exec ${ntfyBin} done echo ran`], {
      env: { ...env, NTFY_NODE: node },
    })
    expect(limited.stdout).toBe('ran\n')
    expect(await asked('done', '-L', '1h', 'echo', 'ran')).toEqual({ stdout: 'ran\n', asked: false })
    renameSync(node, join(home, 'fit'))
    writeFileSync(node, '#!/bin/sh\necho v18.0.0\n', { mode: 0o755 })
    expect(await asked('done', '-L', '1h', 'echo', 'ran')).toEqual({ stdout: 'ran\n', asked: true })
    expect(existsSync(join(home, 'fit'))).toBe(true)
  })
})
