import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '../platform/folder.ts'
import { readOwn, replaceOwn } from '../platform/own-file.ts'
import { runtimeFolder } from '../platform/paths.ts'

/** Which notification a thread has on the screen. */
export interface Memory {
  recall(): Promise<Remembered | undefined>
  remember(shown: Remembered): Promise<void>
  forget(): Promise<void>
}

export interface Remembered {
  /** Which bus this is. */
  guid: string
  /** Who shows it, by the unique name: ids begin anew with every server. */
  server: string
  id: number
}

/** @returns nothing where there is no session that could hold it */
export function memoryOf(thread: string | undefined): Memory | undefined {
  const folder = runtimeFolder()
  if (thread === undefined || folder === undefined) return undefined
  // The hooks look for that of their shell by its name.
  const file = join(folder, 'desktop', `thread-${encodeURIComponent(thread).slice(0, 200)}`)
  return {
    async recall() {
      const text = readOwn(file, 1024) ?? ''
      const [, guid, server, id] = /^(\S+) (\S+) (\d{1,10})\n$/.exec(text) ?? []
      if (guid === undefined || server === undefined || Number(id) >= 2 ** 32) return undefined
      return { guid, server, id: Number(id) }
    },
    async remember({ guid, server, id }) {
      // Without it the next one does not replace this one: no reason to fail.
      try {
        makeFolder(join(folder, 'desktop'))
        replaceOwn(file, `${guid} ${server} ${id}\n`)
      } catch {}
    },
    forget: () => rm(file, { force: true }).catch(() => {}),
  }
}
