import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryHome } from '../support/home.ts'
import { describeWith } from '../support/programs.ts'
import { waitFor } from '../support/wait.ts'
import { ntfy, wrapper } from './both.ts'
import { hasWitness, status } from './shell.ts'

/** Without a terminal, in a session of its own: a signal to the wrapper is for it alone. */
function startAlone(
  command: string[],
  flags = '-L1h',
  before: string[] = [],
  extra: Record<string, string> = {},
): {
  child: ChildProcess
  output: () => string
  exit: Promise<unknown>
  home: string
} {
  const { home, env } = temporaryHome(extra)
  const [file = '', ...args] = [...before, ntfy, 'done', flags, '--', ...command]
  const child = spawn(file, args, { env, cwd: home, detached: true, stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout?.on('data', (data) => {
    output += data
  })
  const exit = new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)))
  onTestFinished(() => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {}
  })
  return { child, output: () => output, exit, home }
}

/** What is not passed on by name elsewhere here. */
const others = 'ABRT URG XCPU VTALRM PROF WINCH IO PWR SYS STKFLT PIPE XFSZ TTIN TTOU'.split(' ')

/** Says each time how many came. It is not said by the trap: bash may lose a signal that comes during its own trap. */
const catching = (signal: string) =>
  `trap 'n=$((n+1))' ${signal}; n=0 said=0; echo ready
   while [ $said -lt 2 ]; do sleep 0.02; [ $n = $said ] || { said=$n; echo got $n; }; done`

describeWith(['bash'], 'signals to the wrapper alone reach the command', () => {
  it.each(['TERM', 'HUP', 'USR1', 'USR2', 'CONT', 'ALRM', 'INT', 'QUIT'])('%s, each time', async (signal) => {
    const { child, output, exit } = startAlone(['bash', '-c', catching(signal)])
    await waitFor('ready', () => output().includes('ready'))
    child.kill(`SIG${signal}` as NodeJS.Signals)
    await waitFor('first', () => output().includes('got 1'))
    child.kill(`SIG${signal}` as NodeJS.Signals)
    expect(await exit).toBe(0)
    expect(output()).toBe('ready\ngot 1\ngot 2\n')
  })

  it.each(['TERM', 'HUP', 'INT', 'QUIT', 'USR1', 'ALRM'])('%s ends both, and us by it', async (signal) => {
    const { child, output, exit } = startAlone(['sh', '-c', 'ulimit -c 0; echo $$; exec sleep 300'])
    await waitFor('the command', () => output().includes('\n'))
    child.kill(`SIG${signal}` as NodeJS.Signals)
    expect(await exit).toBe(`SIG${signal}`)
    expect(() => process.kill(Number(output()), 0)).toThrow('ESRCH')
  })

  it.each([...others, 34, 37, 64])('%s reaches it, too', async (signal) => {
    const name = typeof signal === 'number' ? String(signal) : signal
    const { child, output, exit } = startAlone(['bash', '-c', catching(name)])
    await waitFor('ready', () => output().includes('ready'))
    for (const round of [1, 2]) {
      kill(child.pid as number, signal)
      await waitFor('it', () => output().includes(`got ${round}`))
    }
    expect(await exit).toBe(0)
    expect(output()).toBe('ready\ngot 1\ngot 2\n')
  })

  it.each(['KILL', 'SEGV', 'ILL', 'BUS', 'FPE', 'TRAP'])(
    '%s, which no program can pass on, ends both where no later run could notify',
    async (signal) => {
      const job = 'trap "" HUP TERM; echo $$; while :; do sleep 0.1; done'
      const { child, output } = startAlone(['sh', '-c', job], '-L1h', [], { XDG_STATE_HOME: '/dev/null' })
      await waitFor('the command', () => output().includes('\n'))
      await waitFor('the witness', () => hasWitness(child.pid as number))
      kill(child.pid as number, signal)
      await waitFor('the end of the command', () => !isAlive(Number(output())))
    },
  )

  it('a real-time signal ends the command, whose status says so', async () => {
    const { child, output, exit } = startAlone(['sh', '-c', 'echo ready; exec sleep 300'])
    await waitFor('the command', () => output().includes('ready'))
    kill(child.pid as number, 36)
    expect(await exit).toBe(128 + 36)
  })

  it('TSTP stops both, CONT continues both', async () => {
    // In a group of its own whose parent is in the same session: job control without a terminal.
    const script = `set -m; ${wrapper.join(' ')} sh -c 'echo $$; exec sleep 300' & echo $!; read`
    const { home, env } = temporaryHome()
    const shell = spawn('bash', ['-c', script], { env, cwd: home, stdio: ['pipe', 'pipe', 'inherit'] })
    let output = ''
    shell.stdout.on('data', (data) => {
      output += data
    })
    await waitFor('both', () => output.match(/\d+\n/g)?.length === 2)
    const pids = output.trim().split('\n').map(Number)
    const [child = 0, ours = 0] = pids.sort(
      (a, b) => Number(/\0done\0/.test(commandLine(a))) - Number(/\0done\0/.test(commandLine(b))),
    )
    onTestFinished(() => void (process.kill(child, 'SIGKILL') && shell.kill()))
    // Bit 19: it listens to TSTP.
    await waitFor('the start', () => Number.parseInt(status(ours, 'SigCgt'), 16) & (1 << 19))
    process.kill(ours, 'SIGTSTP')
    await waitFor('both stopped', () => [child, ours].every((pid) => status(pid, 'State') === 'T'))
    process.kill(ours, 'SIGCONT')
    await waitFor('both running', () => [child, ours].every((pid) => status(pid, 'State') === 'S'))
  })

  it('a command that somebody stops and continues is waited for', async () => {
    const { output, exit } = startAlone(['bash', '-c', 'echo $$; kill -STOP $$; echo on'])
    await waitFor('the command', () => output().includes('\n'))
    const pid = Number(output())
    await waitFor('stopped', () => /\) T/.test(readFileSync(`/proc/${pid}/stat`, 'latin1')))
    process.kill(pid, 'SIGCONT')
    expect(await exit).toBe(0)
    expect(output()).toBe(`${pid}\non\n`)
  })

  it('a command that ignores HUP goes on', async () => {
    const { child, output, exit } = startAlone(['bash', '-c', `trap '' HUP; echo ready; exec sleep 300`])
    await waitFor('ready', () => output().includes('ready'))
    child.kill('SIGHUP')
    child.kill('SIGTERM')
    expect(await exit).toBe('SIGTERM')
  })

  it('at any moment of the start TERM leaves no child behind', async () => {
    for (let delay = 0; delay < 100; delay += 4) {
      const { child, exit, home } = startAlone(['bash', '-c', `echo $$ >pid; exec sleep 300`])
      await new Promise((resolve) => setTimeout(resolve, delay))
      child.kill('SIGTERM')
      expect(await exit).toBe('SIGTERM')
      let pid = 0
      try {
        pid = Number(readFileSync(join(home, 'pid'), 'utf8'))
      } catch {}
      if (pid) expect(() => process.kill(pid, 0), `after ${delay} ms`).toThrow('ESRCH')
    }
  })
})

describeWith(['bash', 'env', 'timeout'], 'signals to the whole group reach the command once', () => {
  const all = ['TERM', 'HUP', 'USR1', 'USR2', 'CONT', 'ALRM', 'INT', 'QUIT', ...others, 34]

  it.each(['-L1h', '-oL1h'])('each of them, and then one for us alone (%s)', async (flags) => {
    const marker = 37
    const log = [...all, marker].map((signal) => `trap 'echo ${signal}' ${signal}`).join('; ')
    const { child, output } = startAlone(
      ['bash', '-c', `exec 2>&-; ${log}; echo ready; while :; do sleep 0.01; done`],
      flags,
    )
    const ours = child.pid as number
    await waitFor('ready', () => output().includes('ready'))
    await waitFor('the witness', () => hasWitness(ours))
    let expected = 'ready\n'
    for (const signal of all) {
      kill(-ours, signal)
      // What comes for us alone is passed on after all that came before it.
      await waitFor(String(signal), () => output().endsWith(`${signal}\n`))
      kill(ours, marker)
      expected += `${signal}\n${marker}\n`
      await waitFor(`what follows ${signal}`, () => output().endsWith(`${signal}\n${marker}\n`))
    }
    expect(output()).toBe(expected)
  })

  it('from timeout', async () => {
    const job = `exec 2>&-; trap 'echo TERM' TERM; trap 'echo USR1; exit' USR1; echo $PPID; while :; do sleep 0.01; done`
    const { output, exit } = startAlone(['bash', '-c', job], '-L1h', ['timeout', '2'])
    await waitFor('TERM', () => output().includes('TERM'))
    kill(Number.parseInt(output(), 10), 'USR1')
    await exit
    expect(output()).toMatch(/^\d+\nTERM\nUSR1\n$/)
  })
})

/** The number of a real-time signal has no name in Node. */
function kill(pid: number, signal: string | number): void {
  process.kill(pid, typeof signal === 'number' ? signal : constants.signals[`SIG${signal}` as NodeJS.Signals])
}

function isAlive(pid: number): boolean {
  return !['', 'Z', 'X'].includes(status(pid, 'State'))
}

function commandLine(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'latin1')
}
