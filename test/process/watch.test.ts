import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, it, onTestFinished } from 'vitest'
import { type ProcessEnd, watchProcesses } from '../../src/process/watch.ts'
import { describeWith } from '../support/programs.ts'
import { waitFor } from '../support/wait.ts'

/** /proc counts in hundredths of a second. */
const clockTick = 10

function start(file: string, args: string[], options: { uid?: number } = {}): ChildProcess & { pid: number } {
  const child = spawn(file, args, { stdio: 'ignore', detached: true, ...options })
  // With what it has started.
  onTestFinished(() => void spawnSync('kill', ['-KILL', '--', `-${child.pid}`], { stdio: 'ignore' }))
  return child as ChildProcess & { pid: number }
}

async function collect(pids: number[], onEnd: (end: ProcessEnd) => void = () => {}): Promise<ProcessEnd[]> {
  const watch = await watchProcesses(pids)
  if ('missing' in watch) throw new Error(`missing: ${watch.missing}`)
  const found: ProcessEnd[] = []
  for await (const end of watch.ends) {
    found.push(end)
    onEnd(end)
  }
  return found
}

describeWith(['bash', 'python3'], 'waiting for processes', () => {
  it('tells each end as it comes, with command line and age', async () => {
    const began = performance.now()
    const children = [start('sh', ['-c', 'sleep 300; :', 'a b']), start('sleep', ['301'])]
    const ends: ProcessEnd[] = []
    const all = collect(
      children.map(({ pid }) => pid),
      (end) => ends.push(end),
    )
    children[1]?.kill()
    await waitFor('the first end', () => ends.length === 1)
    expect(ends[0]).toMatchObject({ pid: children[1]?.pid, command: 'sleep 301' })
    expect(ends[0]?.durationMs).toBeGreaterThan(0)
    expect(ends[0]?.durationMs).toBeLessThan(performance.now() - began + clockTick)
    children[0]?.kill()
    await all
    expect(ends[1]).toMatchObject({ pid: children[0]?.pid, command: "sh -c 'sleep 300; :' 'a b'" })
  })

  it('gives the whole age of a process, not only of the wait, and its progress', async () => {
    const began = performance.now()
    const child = start('sleep', ['0.8'])
    const started = performance.now()
    await waitFor('half of its time', () => performance.now() - started > 400)
    const watched = performance.now()
    const progress: ProcessEnd[][] = []
    const watch = await watchProcesses([child.pid], { onProgress: (running) => progress.push(running) })
    if ('missing' in watch) throw new Error('missing')
    for await (const { durationMs } of watch.ends) {
      expect(durationMs).toBeGreaterThan(800 - clockTick)
      expect(durationMs).toBeLessThan(performance.now() - began + clockTick)
    }
    expect(progress[0]).toMatchObject([{ pid: child.pid, command: 'sleep 0.8' }])
    expect(progress[0]?.[0]?.durationMs).toBeGreaterThan(watched - started - clockTick)
  })

  it('ends without a word when it is told to', async () => {
    const child = start('sleep', ['300'])
    const controller = new AbortController()
    const watch = await watchProcesses([child.pid], { signal: controller.signal, onProgress: () => controller.abort() })
    expect('ends' in watch && (await watch.ends.next())).toEqual({ done: true, value: undefined })
  })

  it('refuses if one of them does not exist', async () => {
    const child = start('sleep', ['300'])
    const gone = start('true', [])
    await new Promise((resolve) => gone.on('exit', resolve))
    expect(await watchProcesses([child.pid, gone.pid])).toEqual({ missing: [gone.pid] })
  })

  it('takes a zombie as ended', async () => {
    const parent = start('sh', ['-c', 'true & exec sleep 300'])
    const zombie = await waitFor('a zombie', () => {
      const child = readFileSync(`/proc/${parent.pid}/task/${parent.pid}/children`, 'utf8').trim()
      const isZombie = child && /\) Z/.test(readFileSync(`/proc/${child}/stat`, 'utf8'))
      return isZombie && comm(parent.pid) === 'sleep' ? Number(child) : 0
    })
    expect(await collect([zombie])).toMatchObject([{ pid: zombie, command: '[sh]' }])
  })

  it('waits for a process whose main thread has ended before the others', async () => {
    const script =
      'import threading,time,ctypes\nthreading.Thread(target=lambda: time.sleep(300)).start()\nctypes.CDLL(None).syscall(60, 0)'
    const child = start('python3', ['-c', script])
    const other = start('sleep', ['300'])
    await waitFor('its main thread', () => /\) Z/.test(readFileSync(`/proc/${child.pid}/stat`, 'utf8')))
    const ends: ProcessEnd[] = []
    const all = collect([child.pid, other.pid], (end) => ends.push(end))
    other.kill('SIGKILL')
    await waitFor('an end', () => ends.length > 0)
    expect(ends).toMatchObject([{ pid: other.pid }])
    child.kill('SIGKILL')
    await all
  })

  it.skipIf(process.getuid?.() !== 0)("waits for another user's process", async () => {
    const child = start('sleep', ['300'], { uid: 65534 })
    const all = collect([child.pid])
    child.kill()
    expect(await all).toMatchObject([{ command: 'sleep 300' }])
  })

  it('survives a name with spaces and parentheses', async () => {
    const child = start('bash', ['-c', 'echo -n "a) R 1 (b" >/proc/$$/comm; read x < <(sleep 300)'])
    await waitFor('the name', () => comm(child.pid) === 'a) R 1 (b')
    const all = collect([child.pid])
    child.kill('SIGKILL')
    expect(await all).toHaveLength(1)
  })

  it('names a kernel thread by its name', async () => {
    if (comm(2) !== 'kthreadd') return
    const watch = await watchProcesses([2])
    expect(watch).toHaveProperty('ends')
  })
})

function comm(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd()
  } catch {
    return ''
  }
}
