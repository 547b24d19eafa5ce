import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

export interface Found {
  pid: number
  command: string
}

/** The processes, but for this one, whose environment, command line or working directory names a path. Linux only. */
export function processesOf(path: string): Found[] {
  return processIds()
    .filter((pid) => pid !== process.pid && textsOf(pid).some((text) => text.includes(path)))
    .map((pid) => ({ pid, command: read(pid, 'cmdline').replaceAll('\0', ' ').trim() || read(pid, 'comm').trim() }))
}

function processIds(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger)
  } catch {
    return []
  }
}

/** A process that has ended, or is another user's, has none. */
function textsOf(pid: number): string[] {
  const folder = () => {
    try {
      return `${readlinkSync(`/proc/${pid}/cwd`)}/`
    } catch {
      return ''
    }
  }
  return [read(pid, 'environ'), read(pid, 'cmdline'), folder()]
}

function read(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return ''
  }
}
