import { execFile, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { processesOf } from '../support/processes.ts'
import { withFolder } from './folder.ts'
import type { Figure } from './index.ts'

const rounds = 25

interface Program {
  name: string
  command: string[]
  limit?: number
  stretch?: number
}

/** Times whole programs in turns, so that what disturbs the machine disturbs all of them alike. */
export async function benchPrograms(): Promise<Figure[]> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end('{"id":"x","topic":"bench","event":"message"}'))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    return await withFolder((home) => measure(address, home))
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

async function measure(address: string, home: string): Promise<Figure[]> {
  mkdirSync(join(home, 'run'), { mode: 0o700 })
  configure(home, address)
  const env = { HOME: home, PATH: process.env['PATH'] ?? '', XDG_RUNTIME_DIR: join(home, 'run'), LANG: 'C.UTF-8' }
  const programs = [...ours(address, home), ...peers(address)]
  const bare = { name: 'node -e 0', command: [process.execPath, '-e', '0'] }
  const times = await timeInTurns([bare, ...programs], env)
  const base = median(times[0] ?? [])
  const figures: Figure[] = [{ name: 'node -e 0', value: base, unit: 'ms' }]
  programs.forEach(({ name, limit, stretch }, index) => {
    const value = median(times[index + 1] ?? []) / base
    figures.push({ name, value, unit: 'x', ...(limit && { limit }), ...(stretch && { stretch }) })
  })
  return [...figures, ...(await atTab(env)), await memory(address, env), ...(await phases(env))]
}

/** What most people have: a target in a file, and its token in another. */
function configure(home: string, address: string): void {
  const folder = join(home, '.config', 'ntfy')
  mkdirSync(folder, { recursive: true })
  const target = `{backend: ntfy_sh, topic: bench, server: "${address}", token: {file: token}}`
  writeFileSync(join(folder, 'token'), 'tk_bench\n', { mode: 0o600 })
  writeFileSync(join(folder, 'ntfy.yml'), `backends: [phone]\nlonger_than: 10\nphone: ${target}\n`, { mode: 0o600 })
  writeFileSync(join(folder, 'ruled.yml'), `backends: [phone]\n${rules}phone: ${target.replace(/}$/, `, ${when}}`)}\n`)
}

/** Ten rules that let a notification pass, those that count among them. */
const rules = `quiet: {hours: "04:00-04:01", except: high}
limit: 2000/1s
dedupe: 1ms
ignore: [cowsay, /^docker logs/]
always: [make test]
show_command: redacted
`
const when = 'when: {status: [success, failure], shorter_than: 5h, not_command: [vim, /^less/]}'

function ours(address: string, home: string): Program[] {
  const ruled = join(home, '.config', 'ntfy', 'ruled.yml')
  const bin = resolve('dist/ntfy')
  const target = ['-b', 'ntfy_sh', '-o', 'topic', 'bench', '-o', 'server', address]
  return [
    { name: 'ntfy --version', command: [bin, '--version'], limit: 1.1, stretch: 1.05 },
    {
      name: 'ntfy shell-integration -s bash',
      command: [bin, 'shell-integration', '-s', 'bash'],
      limit: 0.2,
      stretch: 0.05,
    },
    { name: 'ntfy completion zsh', command: [bin, 'completion', 'zsh'], limit: 0.2, stretch: 0.05 },
    { name: 'ntfy send --no-wait', command: [bin, 'send', '--no-wait', 'hi'], limit: 0.3, stretch: 0.15 },
    { name: 'ntfy hook AGENT JSON', command: [bin, 'hook', 'none', '{}'], limit: 0.3, stretch: 0.15 },
    { name: 'ntfy send, loopback HTTP, configured', command: [bin, 'send', 'hi'], limit: 2.2, stretch: 1.8 },
    { name: 'ntfy send, loopback HTTP, no configuration', command: [bin, '-c', '/dev/null', ...target, 'send', 'hi'] },
    { name: 'ntfy send, with ten rules', command: [bin, '-c', ruled, 'send', 'hi'], limit: 2.2, stretch: 1.8 },
    { name: 'ntfy done true, nothing sent', command: [bin, 'done', '-L', '10', 'true'], limit: 1.6, stretch: 1.3 },
    { name: 'ntfy done true, sent', command: [bin, 'done', 'true'], limit: 2.2, stretch: 1.9 },
    { name: 'ntfy --help', command: [bin, '--help'] },
  ]
}

/** Programs that people use instead, where they are installed. */
function peers(address: string): Program[] {
  const all: Program[] = [
    { name: 'curl POST', command: ['curl', '-s', '-d', 'hi', address] },
    { name: 'notify-send --version', command: ['notify-send', '--version'] },
    { name: 'apprise json://', command: ['apprise', '-b', 'hi', address.replace('http:', 'json:')] },
  ]
  return all.filter(({ command }) => spawnSync('which', [command[0] ?? '']).status === 0)
}

async function timeInTurns(programs: Program[], env: Record<string, string>): Promise<number[][]> {
  const times: number[][] = programs.map(() => [])
  for (let round = 0; round < rounds; round++) {
    for (const [index, { command }] of programs.entries()) {
      times[index]?.push(await time(command, env))
      await endOfBackground(env['HOME'] ?? '')
    }
  }
  return times
}

/** What one program leaves to do in the background would be counted to the next one. */
async function endOfBackground(home: string): Promise<void> {
  while (processesOf(home).length > 0) await sleep(5)
}

function time([program = '', ...args]: string[], env: Record<string, string>): Promise<number> {
  return new Promise((done, fail) => {
    const start = performance.now()
    const child = spawn(program, args, { env, stdio: 'ignore' })
    child.on('error', fail)
    child.on('exit', () => done(performance.now() - start))
  })
}

/** What completion asks Node for, in milliseconds. */
async function atTab(env: Record<string, string>): Promise<Figure[]> {
  const asked = ['--pids', '--ids', '--targets']
  const programs = asked.map((what) => ({ name: what, command: [resolve('dist/ntfy'), 'completion', what] }))
  const times = await timeInTurns(programs, env)
  return asked.map((what, at) => ({
    name: `ntfy completion ${what}`,
    value: median(times[at] ?? []),
    unit: 'ms',
    limit: 100,
  }))
}

/** Where the time of `send` goes. */
async function phases(env: Record<string, string>): Promise<Figure[]> {
  const times = new Map<string, number[]>()
  for (let round = 0; round < rounds; round++) {
    const { stderr } = await output([resolve('dist/ntfy'), 'send', 'hi'], { ...env, NTFY_TRACE: '1' })
    for (const [, phase = '', time] of stderr.matchAll(/^ntfy: trace: (\S+) +([\d.]+) ms/gm)) {
      times.set(phase, [...(times.get(phase) ?? []), Number(time)])
    }
  }
  return [...times].map(([phase, list]) => ({ name: `  of which ${phase}`, value: median(list), unit: 'ms' }))
}

/** What `send` takes at its peak over bare Node, in MB, as the kernel counts it. */
async function memory(address: string, env: Record<string, string>): Promise<Figure> {
  const peak = async (...command: string[]) => {
    const script =
      'import resource,subprocess,sys;subprocess.run(sys.argv[1:]);print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)'
    const { stdout } = await output(['python3', '-c', script, ...command], env)
    return Number(stdout.trim().split('\n').at(-1)) / 1024
  }
  const target = ['-b', 'ntfy_sh', '-o', 'topic', 'bench', '-o', 'server', address]
  const sending = await peak(resolve('dist/ntfy'), '--no-emoji', ...target, 'send', '--no-queue', 'hi')
  const value = sending - (await peak(process.execPath, '-e', '0'))
  return { name: 'peak memory of send over bare Node', value, unit: 'MB', limit: 8, stretch: 6 }
}

/** What a program prints, while the server of this process answers it. */
function output(
  [program = '', ...args]: string[],
  env: Record<string, string>,
): Promise<{ stdout: string; stderr: string }> {
  return new Promise((done) => {
    execFile(program, args, { env }, (_, stdout, stderr) => done({ stdout, stderr }))
  })
}

function median(values: number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
