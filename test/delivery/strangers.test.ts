import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ntfy, run } from '../support/cli.ts'
import { configuredHome } from '../support/configured.ts'
import { describeWith } from '../support/programs.ts'
import { waitFor } from '../support/wait.ts'

/** Files of ours in whose place somebody may have put something else. */
const files = ['journal', 'log', 'hook-settings', 'off', 'outbox/flusher', 'outbox/pauses/phone', 'shells/1']

describeWith(['mkfifo'], 'a pipe in the place of a file of ours', () => {
  it.each(files)('%s holds nobody up', async (name) => {
    const { env, home, server } = await configuredHome()
    const file = join(home, '.local/state/ntfy', name)
    mkdirSync(join(file, '..'), { recursive: true })
    rmSync(file, { force: true })
    await run('mkfifo', [file], { env })
    expect(await ntfy(['done', 'false'], { env })).toMatchObject({ code: 1, stderr: '' })
    await waitFor('the message', () => server.received.length === 1)
    expect(await ntfy(['send', 'hi'], { env })).toMatchObject({ code: 0 })
    const hook = ['shell-done', '--shell=bash', '--status=0', '--duration-ms=12000', '--shell-pid=1', '--turn=1']
    expect(await ntfy(hook, { env, stdin: 'make\0make' })).toMatchObject({ code: 0 })
    for (const command of ['why', 'log', 'queue', 'doctor']) expect((await ntfy([command], { env })).code).toBe(0)
  })
})
