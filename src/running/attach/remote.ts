import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { isatty } from 'node:tty'
import { processMessage } from '../../notification/message.ts'
import { codeOf, exitCode, NtfyError, UsageError } from '../../platform/errors.ts'
import { pause } from '../../platform/retry.ts'
import { oneLine } from '../../platform/text.ts'
import { type Attached, type AttachedEnd, pauses } from './index.ts'

/** What is known of a process of another machine. */
interface Remote {
  /** When it started, as that machine has it: another process may get its number. */
  start: string
  command: string
  age: number
}

/** How a connection came to its end: the process has ended, there is none, or only the line broke. */
type Heard = { kind: 'begun'; remote: Remote } | { kind: 'ended' | 'missing' } | { kind: 'broken'; why: string }

/**
 * Looks at the process once a second, until it has ended, is a zombie or another one. It says a dot each time: without a
 * reader it ends by that. It is read by sh from its stdin, so that it does not matter what the user's shell is.
 */
const script = `
p=$1 known=$2
started() {
  if [ -r /proc/self/stat ]; then
    { IFS= read -r line <"/proc/$p/stat"; } 2>/dev/null || return
    set -- \${line##*) }
    [ "$1" = Z ] || echo "\${20}"
  else
    LC_ALL=C ps -o lstart= -p "$p" 2>/dev/null | tr -s ' ' _
  fi
}
start=$(started)
if [ -z "$known" ]; then
  [ -n "$start" ] || { echo missing; exit 0; }
  known=$start
  age=$(ps -o etimes= -p "$p" 2>/dev/null | tr -dc 0-9)
  echo "begun $start \${age:-0} $(ps -o args= -p "$p" 2>/dev/null | tr '\\n' ' ')"
fi
while [ "$(started)" = "$known" ]; do echo . || exit 1; sleep 1; done
echo ended
`

/** @throws NtfyError the machine cannot be reached, or there is no such process */
export async function findRemote(host: string, pid: number): Promise<Attached> {
  if (host === '' || host.startsWith('-')) throw new UsageError(`--ssh ${host}: expected a host`)
  const line = connect(host, pid, '')
  const first = await line.next()
  if (first.kind === 'missing') throw new NtfyError(`no process with ID ${pid} on ${host}`, 1)
  if (first.kind !== 'begun') {
    throw new NtfyError(`--ssh ${host}: ${first.kind === 'broken' ? first.why : 'no answer'}`, exitCode.refused)
  }
  const { remote } = first
  return { name: `${pid} ${remote.command} on ${host}`, wait: (signal) => waitFor(host, pid, remote, line, signal) }
}

/** A line that breaks ends nothing: it is connected again until the other machine itself says that it is over. */
async function waitFor(
  host: string,
  pid: number,
  remote: Remote,
  first: Line,
  signal: AbortSignal,
): Promise<AttachedEnd> {
  const began = performance.now()
  let line = first
  let waits = pauses(30_000)
  signal.addEventListener('abort', () => line.close())
  for (;;) {
    const heard = await line.next()
    if (heard.kind === 'ended' || signal.aborted) break
    if (line.wasAlive) waits = pauses(30_000)
    await pause(waits.next().value, signal)
    line = connect(host, pid, remote.start)
  }
  const outcome = { command: remote.command, durationMs: remote.age + performance.now() - began }
  return { outcome, sentence: (shown) => `${host}: ${processMessage(pid, shown)}` }
}

interface Line {
  /** What comes next, dots aside. */
  next(): Promise<Heard>
  /** It was connected: something was heard. */
  readonly wasAlive: boolean
  close(): void
}

/** @param known the process's start, if it is known already: then only its end is of interest */
function connect(host: string, pid: number, known: string): Line {
  const { spawn } = process.getBuiltinModule('node:child_process')
  const alive = ['ServerAliveInterval=15', 'ServerAliveCountMax=3', 'ConnectTimeout=30']
  const options = [...alive, ...(isatty(0) && known === '' ? [] : ['BatchMode=yes'])].flatMap((one) => ['-o', one])
  const words = ['-T', ...options, '--', host, 'sh', '-s', '--', String(pid), ...(known === '' ? [] : [known])]
  const child = spawn('ssh', words, { stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.on('error', () => {})
  child.stdin.end(script)
  return follow(child)
}

function follow(child: ChildProcess): Line {
  const heard: Heard[] = []
  let [wasAlive, complaint] = [false, '']
  let wake = () => {}
  const push = (one: Heard) => {
    heard.push(one)
    wake()
  }
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = `${complaint}${text}`.slice(-2000)
  })
  child.on('error', (error) =>
    push({ kind: 'broken', why: codeOf(error) === 'ENOENT' ? 'ssh was not found' : `${error}` }),
  )
  child.on('close', (status) => push({ kind: 'broken', why: oneLine(complaint.trim()) || `ssh ended with ${status}` }))
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      wasAlive = true
      const [, start = '', age = '', command = ''] = /^begun (\S+) (\d+) (.*)$/.exec(line) ?? []
      if (line === 'ended' || line === 'missing') push({ kind: line })
      else if (start !== '')
        push({ kind: 'begun', remote: { start, age: Number(age) * 1000, command: command.trim() } })
    })
  }
  return {
    get wasAlive() {
      return wasAlive
    },
    next: async () => {
      while (heard.length === 0) await new Promise<void>((resolve) => (wake = resolve))
      return heard.shift() as Heard
    },
    close: () => {
      child.kill()
      push({ kind: 'broken', why: 'closed' })
    },
  }
}
