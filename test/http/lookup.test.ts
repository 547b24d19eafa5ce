import { createSocket } from 'node:dgram'
import { readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { lookup } from '../../src/http/lookup.ts'
import { ntfyBin, run } from '../support/cli.ts'
import { temporaryHome } from '../support/home.ts'
import { canMount, describeWith } from '../support/programs.ts'

describe('names', () => {
  const find = (name: string, options = {}) =>
    new Promise((resolve, reject) =>
      lookup(name, { all: true, ...options }, (error, found) => (error ? reject(error) : resolve(found))),
    )

  it('localhost and what is below it are this machine, without asking anybody', async () => {
    const here = [
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ]
    for (const name of ['localhost', 'LOCALHOST.', 'x.localhost']) expect(await find(name)).toEqual(here)
    expect(await find('localhost', { family: 6 })).toEqual(here.slice(1))
  })

  it('names of /etc/hosts are found there', async () => {
    const listed = readFileSync('/etc/hosts', 'utf8')
      .split('\n')
      .map((line) => line.replace(/#.*/, '').trim().split(/\s+/))
      .find(([address = '', name]) => /^\d+\./.test(address) && name !== undefined && !name.includes('localhost'))
    const [address, name = hostname()] = listed ?? []
    if (address !== undefined) expect(await find(name.toUpperCase())).toContainEqual({ address, family: 4 })
  })

  it('a name that nobody knows is not known', async () => {
    await expect(find('nowhere.invalid')).rejects.toMatchObject({ code: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) })
  })

  describeWith(['unshare', 'mount'], `name servers that swallow questions${canMount ? '' : ' (needs root)'}`, () => {
    it.skipIf(!canMount)('hold a command up for no more than its deadline, and it says why', async () => {
      const servers = ['127.66.0.53', '127.66.0.54', '127.66.0.55']
      for (const address of servers) {
        const server = createSocket('udp4')
        await new Promise<void>((resolve) => server.bind(53, address, resolve))
        onTestFinished(() => void server.close())
      }
      const { home, env } = temporaryHome()
      const resolv = join(home, 'resolv.conf')
      writeFileSync(
        resolv,
        servers
          .map((address) => `nameserver ${address}\n`)
          .join('')
          .concat('options timeout:30\n'),
      )
      writeFileSync(
        join(home, '.ntfy.yml'),
        'backends: [phone, mail]\nphone: {backend: ntfy_sh, topic: t}\nmail: {host: mail.example.org, from: a@b.c, to: d@e.f}\n',
      )
      // What waits as long as the name servers want it to is the control: it has to be still at it.
      const script = `mount --bind "$1" /etc/resolv.conf && shift
        getent ahosts mail.example.org & "$@"; status=$?; kill $! && exit $status; exit 99`
      const words = ['-m', 'sh', '-c', script, 'sh', resolv, ntfyBin, 'send', '--no-queue', 'hi']
      const outcome = await run('unshare', words, { env })
      expect(outcome.code).toBe(75)
      expect(outcome.stderr.match(/host name cannot be looked up/g)).toHaveLength(2)
    })
  })
})
