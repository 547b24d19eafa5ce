import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { waitFor } from '../support/wait.ts'
import { mainFile, type Place } from './place.ts'

/** System calls by which the outbox is changed. */
const changing = ['mkdir', 'openat', 'write', 'pwrite64', 'fsync', 'rename', 'renameat2', 'unlink']

/** Where what is traced lies: the folder whose changes count may be another than the outbox. */
export type Traced = Pick<Place, 'home' | 'env' | 'outbox'>

export interface Ended {
  code: number | null
  stderr: string
}

/** One system call on a file of the outbox. */
export interface Step {
  call: string
  /** Which of the calls of this name in its thread it is, from 1 on: what strace counts. */
  nth: number
  /** What it does, without what is different in each run. */
  what: string
}

/**
 * The steps of a command on the outbox, in their order.
 *
 * @param wholly also those of what it starts in the background, which must end by itself
 */
export async function stepsOf(place: Traced, args: string[], wholly: boolean, program?: string[]): Promise<Step[]> {
  const { log } = await trace(place, args, wholly, '', '', program)
  return stepsIn(log, place)
}

/**
 * Runs a command and does something to it at a step: `signal=KILL`, `error=EIO`.
 *
 * @returns how it ended, whether that step was hit or, by chance, another call, and whether a delivery had its name in
 *   the outbox before
 */
export async function disturb(
  place: Traced,
  args: string[],
  step: Step,
  what: string,
  wholly = false,
  program?: string[],
): Promise<Ended & { hit: boolean; kept: boolean }> {
  const { log, outcome } = await trace(place, args, wholly, step.call, `${what}:when=${step.nth}`, program)
  const lines = log.split('\n').filter((line) => line.includes(place.outbox))
  const hit = lines.some((line) => /\(INJECTED\)|= \?$|<unfinished/.test(line))
  return { ...outcome, hit, kept: lines.some((line) => /rename\(.*\) += 0$/.test(line)) }
}

async function trace(
  place: Traced,
  args: string[],
  wholly: boolean,
  call = '',
  inject = '',
  program = [process.execPath, mainFile],
): Promise<{ outcome: Ended; log: string }> {
  const file = join(place.home, 'strace')
  const said = join(place.home, 'stderr')
  // -D: the program is our child and ends when it ends; strace stays with what it has left in the background.
  const options = ['-f', '-D', '-y', '-s', '300', '-o', file, '-e', `trace=${changing.join(',')}`]
  if (inject !== '') options.push('-e', `inject=${call}:${inject}`)
  const stderr = openSync(said, 'w')
  const child = spawn('strace', [...options, ...program, ...args], {
    env: place.env,
    cwd: place.home,
    stdio: ['ignore', 'ignore', stderr],
  })
  closeSync(stderr)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', resolve)
  })
  const ending = new RegExp(`^${child.pid} +\\+\\+\\+ `, 'm')
  const log = await waitFor('the end of the trace', () => {
    const text = readFileSync(file, 'utf8')
    return ending.test(text) && (!wholly || hasEnded(text)) && text
  })
  return { outcome: { code, stderr: readFileSync(said, 'utf8') }, log }
}

/** Has every process and thread of the log ended? */
function hasEnded(log: string): boolean {
  const threads = new Set([...log.matchAll(/^(\d+) /gm)].map(([, thread]) => thread))
  return [...log.matchAll(/^(\d+) +\+\+\+ /gm)].length >= threads.size
}

function stepsIn(log: string, { home, outbox }: Traced): Step[] {
  const counts = new Map<string, number>()
  const steps: Step[] = []
  for (const line of log.split('\n')) {
    const match = /^(\d+) +(\w+)\(/.exec(line)
    if (!match) continue
    const [, thread = '', call = ''] = match
    const key = `${thread} ${call}`
    const nth = (counts.get(key) ?? 0) + 1
    counts.set(key, nth)
    if (!line.includes(outbox)) continue
    const what = line
      .replace(/^\d+ +/, '')
      .replaceAll(home, '~')
      .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
      .slice(0, 200)
    steps.push({ call, nth, what })
  }
  return steps
}
