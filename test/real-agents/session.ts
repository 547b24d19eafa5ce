import { mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { listenOn } from '../support/ask.ts'
import { ntfy, ntfyBin } from '../support/cli.ts'
import { temporaryHome } from '../support/home.ts'
import { ntfyServer } from '../support/ntfy-server.ts'
import { tmuxServer } from '../support/tmux.ts'
import { timer, waitFor } from '../support/wait.ts'
import { commandOf, type RealAgent } from './agent.ts'
import { actOf } from './script.ts'

/** What `ntfy why` knows of an event. */
interface Known {
  agent?: { name: string; event: string; session: string }
  explained: string[]
}

/** A HOME with an agent that calls ntfy, a model, a service with the topics `phone` and `desk`, and a tmux. */
export async function agentHome(agent: RealAgent, configuration = '') {
  const server = await ntfyServer()
  const { home, env } = temporaryHome()
  const project = join(realpathSync(home), 'project')
  for (const folder of [project, join(home, '.config/ntfy')]) mkdirSync(folder, { recursive: true })
  const topics = ['phone', 'desk'].map(
    (topic) => `${topic}: {backend: ntfy_sh, topic: ${topic}, server: "${server.address}"}\n`,
  )
  writeFileSync(join(home, '.config/ntfy/ntfy.yml'), `backends: [desk]\n${configuration}\n${topics.join('')}`)
  const model = await modelOf(agent)
  const own = agent.setUp({ home, project, model: model.address })
  const path = `${dirname(ntfyBin)}:${env['PATH']}`
  const agentEnv = { ...env, ...own, PATH: path, TERM: 'tmux-256color', SHELL: '/bin/bash' }
  expect(await ntfy(['agents', '--install', agent.name], { env })).toMatchObject({ code: 0 })
  const tmux = tmuxServer()
  await tmux.run('set-option', '-g', 'focus-events', 'on')
  await tmux.run('set-option', '-g', 'remain-on-exit', 'on')
  const why = async (): Promise<Known[]> => {
    const { stdout } = await ntfy(['why', '-n', '100', '--json'], { env })
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
      .reverse()
  }
  return {
    ...{ home, env, agentEnv, project, server, model, tmux, why },
    /** What the user was told, on the desk. */
    notified: () => server.in('desk').map(({ title, message }) => `${title}: ${message}`),
    /** Waits for a decision about an event. */
    async decided(pattern: RegExp) {
      const all = async () => (await why()).flatMap(({ explained }) => explained)
      await waitFor(`${pattern}`, async () => (await all()).some((one) => pattern.test(one))).catch(async (error) => {
        throw new Error(
          `${error.message}; there are\n${(await all()).join('\n')}\nthe model:\n${model.turns.join('\n')}`,
        )
      })
    },
    start: () => startIn(tmux, agent, agentEnv, project),
  }
}

/** An agent in a pane of its own. */
async function startIn(
  tmux: ReturnType<typeof tmuxServer>,
  agent: RealAgent,
  env: Record<string, string>,
  project: string,
) {
  const command = commandOf(agent) ?? []
  const variables = Object.entries(env).map(([name, value]) => `${name}=${quoted(value)}`)
  const line = `exec env -i TMUX="$TMUX" TMUX_PANE="$TMUX_PANE" ${variables.join(' ')} ${command.map(quoted).join(' ')}`
  const format = '#{pane_id}'
  const pane = (await tmux.run('new-window', '-P', '-F', format, '-t', 'main:', '-c', project, line)).trim()
  const screen = () => tmux.run('capture-pane', '-p', '-t', pane)
  const press = (key: string) => tmux.run('send-keys', '-t', pane, key)
  const see = async (pattern: RegExp) => {
    await waitFor(`${pattern} on the screen`, async () => pattern.test(await screen())).catch(async (error: Error) => {
      throw new Error(`${error.message}:\n${await screen()}`)
    })
  }
  await see(agent.ready)
  return {
    ...{ pane, screen, press, see },
    /** Answers the dialog, which takes no key that comes as soon as it is there. */
    async answer(key: string) {
      await see(agent.asks)
      await waitFor('the end of the dialog', async () => {
        await press(key)
        await sleep(1000)
        return !agent.asks.test(await screen())
      })
    },
    /** Types a prompt. An Enter that comes at once with it would be taken for a part of a pasted text. */
    async prompt(text: string, { afresh = false } = {}) {
      // An agent that was interrupted offers the prompt again.
      if (afresh) await press('C-u')
      await tmux.run('send-keys', '-t', pane, '-l', text)
      await see(new RegExp(text.replaceAll(/[^\w ]/g, '.')))
      await sleep(300)
      await press('Enter')
    },
  }
}

/** The model: it does what the last prompt says. */
async function modelOf(agent: RealAgent) {
  const turns: string[] = []
  let abandoned = 0
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const body = Buffer.concat(pieces).toString()
    const turn = request.method === 'POST' ? agent.read(request.url ?? '', JSON.parse(body || '{}')) : undefined
    if (turn) turns.push(turn.prompt)
    const { act, seconds } = turn ? actOf(turn) : { act: { kind: 'say', text: 'ok' } as const, seconds: 0 }
    const { status = 200, type, body: text } = agent.write(act)
    if (process.env['NTFY_TEST_MODEL']) console.log(request.method, request.url, turn ?? body.slice(0, 300), act)
    const timer = setTimeout(() => response.writeHead(status, { 'content-type': type }).end(text), seconds * 1000)
    response.on('close', () => {
      clearTimeout(timer)
      if (!response.writableEnded) abandoned++
    })
  })
  return {
    address: `http://127.0.0.1:${await listenOn(server)}`,
    /** The prompts, each as often as it was asked what comes next. */
    turns,
    abandoned: () => abandoned,
    hasWaited: (ms: number) => timer(ms),
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}
