import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolderDurably, syncFolder } from '../../../platform/durable.ts'
import { replaceOwn } from '../../../platform/own-file.ts'
import { statePlace } from '../../../platform/paths.ts'

const folderName = 'rooms'

/**
 * Was a room seen to be encrypted? It stays so, whatever the homeserver says later: it could have plain text sent to it.
 * An empty file for each: nothing has to be read, and nothing of it can be damaged.
 */
export async function wasEncrypted(homeserver: string, room: string): Promise<boolean> {
  const { folder: state } = statePlace()
  if (state === undefined) return false
  const folder = join(state, 'matrix', folderName)
  // Who has no encrypted rooms does not pay for them.
  if (!existsSync(folder)) return false
  const { fileName } = await import('./place.ts')
  return existsSync(join(folder, fileName(homeserver, room)))
}

/** @throws ConfigError, TransientError it cannot be remembered */
export async function rememberEncrypted(homeserver: string, room: string): Promise<void> {
  if (await wasEncrypted(homeserver, room)) return
  const { encryptionFolder, fileName, keeping } = await import('./place.ts')
  keeping(() => {
    const folder = join(encryptionFolder(), folderName)
    makeFolderDurably(folder)
    replaceOwn(join(folder, fileName(homeserver, room)), '', { durable: true })
    syncFolder(folder)
  })
}
