import { describe, expect, it } from 'vitest'
import { ntfy, ntfyBin, run } from './support/cli.ts'
import { configuredHome } from './support/configured.ts'
import { temporaryHome } from './support/home.ts'
import { waitFor } from './support/wait.ts'

/** Also run on every newer Node that is supported: NTFY_NODE names it. */
describe(`the built program on ${process.env['NTFY_NODE'] ?? 'this Node'}`, () => {
  it('says its version', async () => {
    expect(await ntfy(['--version'], temporaryHome())).toMatchObject({ code: 0, stderr: '' })
  })

  it('runs on the Node that it was given', async () => {
    const node = process.env['NTFY_NODE'] ?? process.execPath
    const script = 'process.stdout.write(process.version)'
    const version = (await run(node, ['-e', script], temporaryHome())).stdout
    const { env } = temporaryHome()
    const outcome = await ntfy(['shell-integration', '-s', 'bash'], { env: { ...env, NTFY_NODE: node } })
    expect(outcome.stdout).toContain(`NTFY_NODE='${node}'\n`)
    expect((await run(node, ['--version'], { env })).stdout.trim()).toBe(version)
  })

  it('sends, through the configuration and the outbox', async () => {
    const { server, env } = await configuredHome()
    expect(await ntfy(['send', 'hi'], { env })).toMatchObject({ code: 0, stderr: '' })
    expect(server.received[0]?.json).toMatchObject({ message: 'hi' })
  })

  it('wraps a command and tells about it', async () => {
    const { server, env } = await configuredHome()
    const outcome = await ntfy(['done', 'sh', '-c', 'echo out; exit 3'], { env })
    expect(outcome).toMatchObject({ code: 3, stdout: 'out\n', stderr: '' })
    await waitFor('the notification', () => server.received.length === 1)
    expect(server.received[0]?.json['message']).toContain('failed (code 3)')
  })

  it('shows help through yargs', async () => {
    const outcome = await ntfy(['--help'], temporaryHome())
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    expect(Math.max(...outcome.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  it('runs as plain JavaScript too', async () => {
    const node = process.env['NTFY_NODE'] ?? process.execPath
    const { env } = temporaryHome()
    for (const bin of [ntfyBin, ntfyBin.replace(/ntfy$/, 'ntfy-done')]) {
      expect((await run(node, [bin, '--version'], { env })).stdout).toMatch(/^ntfy \d/)
    }
  })
})
