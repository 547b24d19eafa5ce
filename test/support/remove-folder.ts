import { rmSync } from 'node:fs'
import { processesOf } from './processes.ts'
import { waitFor } from './wait.ts'

/** Removes a folder with the processes that name it: they would go on writing into it. */
export async function removeFolder(folder: string): Promise<void> {
  await endProcessesOf(folder)
  rmSync(folder, { recursive: true, force: true })
}

/** Ends these processes, and what they start meanwhile. */
export async function endProcessesOf(path: string): Promise<void> {
  await waitFor(`the end of the processes of ${path}`, () => {
    const left = processesOf(path)
    for (const { pid } of left) kill(pid)
    return left.length === 0
  })
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {}
}
