import { readdirSync, readFileSync } from 'node:fs'

/** What a command used, as far as the kernel says it. */
export interface Usage {
  /** Milliseconds of all that was waited for. */
  cpuMs: number | undefined
  /** Bytes. */
  peak: number | undefined
  /** The kernel has killed for memory meanwhile. */
  outOfMemory: boolean
}

/** Follows what a command uses. */
export interface Meter {
  stop(): Usage
}

/** The tree is looked at this often, in milliseconds: soon at first, then so that it costs less than 0.1 % of the time. */
const firstLook = 30
const longestPause = 2000
const share = 1000

export function measure(pid: number): Meter {
  const own = read('/proc/self/cgroup')
  const memory = memoryFolder(own)
  const [killed, cpu] = [killedIn(memory), childrenCpu()]
  let peak: number | undefined
  let timer: NodeJS.Timeout | undefined
  let pause = firstLook
  const look = () => {
    const start = performance.now()
    const found = peakOfCgroup(pid, own) ?? peakOfTree(pid)
    if (found !== undefined) peak = Math.max(peak ?? 0, found)
    pause = Math.max(Math.min(pause * 2, longestPause), (performance.now() - start) * share)
    timer = setTimeout(look, pause).unref()
  }
  timer = setTimeout(look, firstLook).unref()
  return {
    stop() {
      clearTimeout(timer)
      const [cpuNow, killedNow] = [childrenCpu(), killedIn(memory)]
      const cpuMs = cpu === undefined || cpuNow === undefined ? undefined : cpuNow - cpu
      return { cpuMs, peak, outOfMemory: (killedNow ?? 0) > (killed ?? 0) }
    },
  }
}

/** cutime and cstime (man 5 proc_pid_stat), in hundredths of a second. */
function childrenCpu(): number | undefined {
  const stat = read('/proc/self/stat')
  if (stat === undefined) return undefined
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[13]) + Number(fields[14])) * 10
}

/** Where the kernel counts for a cgroup: of version 2, or of version 1, which some still have. */
function memoryFolder(cgroups: string | undefined): { path: string; counter: string } | undefined {
  const [, first] = /^\d+:(?:[^:\n]*,)?memory(?:,[^:\n]*)?:(.*)$/m.exec(cgroups ?? '') ?? []
  if (first !== undefined) return { path: `/sys/fs/cgroup/memory${first}`, counter: 'memory.oom_control' }
  const [, second] = /^0::(.*)$/m.exec(cgroups ?? '') ?? []
  return second === undefined ? undefined : { path: `/sys/fs/cgroup${second}`, counter: 'memory.events' }
}

function killedIn(memory: ReturnType<typeof memoryFolder>): number | undefined {
  const text = memory && read(`${memory.path}/${memory.counter}`)
  const [, count] = /^oom_kill (\d+)$/m.exec(text ?? '') ?? []
  return count === undefined ? undefined : Number(count)
}

/** Only where the command has a cgroup of its own: ours holds the whole session. */
function peakOfCgroup(pid: number, own: string | undefined): number | undefined {
  const cgroups = read(`/proc/${pid}/cgroup`)
  if (cgroups === undefined || cgroups === own) return undefined
  const memory = memoryFolder(cgroups)
  const text =
    memory && read(`${memory.path}/${memory.counter === 'memory.events' ? 'memory.peak' : 'memory.max_usage_in_bytes'}`)
  return text === undefined ? undefined : Number(text) || undefined
}

function peakOfTree(pid: number): number | undefined {
  const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(read(`/proc/${pid}/status`) ?? '') ?? []
  if (kilobytes === undefined) return undefined
  return childrenOf(pid).reduce((all, child) => all + (peakOfTree(child) ?? 0), Number(kilobytes) * 1024)
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      (read(`/proc/${pid}/task/${thread}/children`) ?? '').split(' ').filter(Boolean).map(Number),
    )
  } catch {
    return []
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
