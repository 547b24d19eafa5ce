import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { ntfy, ntfyBin } from '../support/cli.ts'
import { temporaryHome } from '../support/home.ts'
import { startBroker } from '../support/mosquitto.ts'
import { describeWith } from '../support/programs.ts'
import { recorder } from '../support/recorder.ts'
import { waitFor } from '../support/wait.ts'

describeWith(['mosquitto', 'mosquitto_pub', 'mosquitto_passwd'], 'receive from a broker', () => {
  it('goes on where it stopped, and shows a notification of another machine as what it is', async () => {
    const { home, env } = temporaryHome()
    const broker = await startBroker(home)
    onTestFinished(() => broker.stop())
    mkdirSync(join(home, '.config/ntfy'), { recursive: true })
    const { program, shown } = recorder(home)
    const configuration = [
      `fleet: {backend: mqtt, url: "mqtt://127.0.0.1:${broker.port}", topic: fleet}`,
      `show: {backend: exec, command: ["${program}"], when: {source: received, host: "build*"}}`,
    ]
    writeFileSync(join(home, '.config/ntfy/ntfy.yml'), `${configuration.join('\n')}\n`)
    const publish = (text: string) =>
      spawnSync('mosquitto_pub', ['-h', '127.0.0.1', '-p', `${broker.port}`, '-q', '1', '-t', 'fleet', '-m', text])
    const child = spawn(ntfyBin, ['-b', 'show', 'receive', 'fleet'], { env, stdio: 'ignore' })
    onTestFinished(() => void child.kill('SIGKILL'))
    const state = () =>
      (spawnSync('sh', ['-c', `cat '${home}'/.local/state/ntfy/cache/mqtt-*`]).stdout ?? '').toString()
    await waitFor('the session', () => state().includes('session'))
    publish('plain text')
    await waitFor('the text', () => shown().length === 1)
    expect(shown()[0]).toMatchObject({ message: 'plain text', title: 'fleet', source: 'received' })
    // It is acknowledged then; before, the broker would give it once more.
    await waitFor('its being kept', () => /"ids":\["/.test(state()))
    child.kill('SIGTERM')
    await new Promise((resolve) => child.on('close', resolve))
    const id = '0d5c2e5e-0000-4000-8000-000000000001'
    const whole = {
      id,
      title: 'build',
      message: 'make failed',
      priority: 'high',
      tags: [],
      host: 'build7',
      command: 'make',
      status: 2,
    }
    publish(JSON.stringify(whole))
    publish(JSON.stringify(whole))
    expect(await ntfy(['-b', 'show', 'receive', '--once', 'fleet'], { env })).toMatchObject({ code: 0 })
    expect(shown().slice(1)).toMatchObject([
      { title: 'build', message: 'make failed', outcome: { command: 'make', status: 2 }, origin: { host: 'build7' } },
    ])
  })
})
