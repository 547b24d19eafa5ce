import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { ntfyBin, run } from '../support/cli.ts'
import { configuredHome } from '../support/configured.ts'
import { waitFor } from '../support/wait.ts'
import { runScript } from './both.ts'

const canUnshare = spawnSync('unshare', ['-pf', '--mount-proc', 'true']).status === 0

/** `exec` makes the wrapper the first process. */
const first = (script: string) => runScript(`unshare -pf --mount-proc bash -c 'exec $W ${script}'`, true)

describe.skipIf(!canUnshare)('as the first process of a container (needs unshare)', () => {
  it.each(['0', '3', '130'])('exit code %s', (code) => {
    expect(first(`sh -c "exit ${code}"`).status).toBe(Number(code))
  })

  it.each(['TERM', 'KILL', 'INT', 'SEGV'])('death by %s is 128+n', (signal) => {
    const number = { TERM: 15, KILL: 9, INT: 2, SEGV: 11 }[signal] as number
    expect(first(`sh -c "ulimit -c 0; kill -${signal} \\$\\$"`).status).toBe(128 + number)
  })

  it('127 and 126', () => {
    expect(first('nosuch').status).toBe(127)
    expect(first('/tmp').status).toBe(126)
  })

  it('TERM from outside reaches the command', () => {
    const script = `
      unshare -pf --mount-proc bash -c 'exec $W bash -c "trap \\"echo got TERM; exit 5\\" TERM; touch ready; while :; do sleep 0.02; done"' &
      until [ -e ready ]; do sleep 0.01; done
      kill -TERM $(cat /proc/$!/task/$!/children)
      wait $!; echo $?`
    expect(runScript(script, true).stdout).toBe('got TERM\n5\n')
  })

  it('waits for its sender, which ends with it', async () => {
    const { server, env } = await configuredHome()
    const words = ['-pf', '--mount-proc', ntfyBin, 'done', 'sh', '-c', 'exit 3']
    expect(await run('unshare', words, { env })).toMatchObject({ code: 3, stdout: '', stderr: '' })
    expect(server.received).toHaveLength(1)
  })

  it('nohup, limits and descriptors', () => {
    expect(first('bash -c "ulimit -Sn; cat <&3" 3<<<three').stdout).toMatch(/^\w+\nthree\n$/)
  })
})

describe.skipIf(!canUnshare)('where /proc is empty (needs unshare)', () => {
  it('waits for a process, and knows one that does not exist', async () => {
    const { server, env } = await configuredHome()
    const script = `sleep 4 & unshare -m sh -c 'mount -t tmpfs none /proc; "$0" done -p $1 || exit; "$0" done -p 999999' "$0" $!`
    const outcome = await run('sh', ['-c', script, ntfyBin], { env })
    expect(outcome).toMatchObject({ code: 1, stderr: 'ntfy: no process with ID 999999\n' })
    await waitFor('the notification', () => server.received.length > 0)
  })
})
