import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolderDurably, syncFolder } from '../../../platform/durable.ts'
import { replaceOwn } from '../../../platform/own-file.ts'
import { statePlace } from '../../../platform/paths.ts'
import { encryptionFolder, fileName, keeping } from './place.ts'

const folderName = 'rooms'

/**
 * Was a room seen to be encrypted? It stays so, whatever the homeserver says later: it could have plain text sent to it.
 * An empty file for each: nothing has to be read, and nothing of it can be damaged.
 */
export function wasEncrypted(homeserver: string, room: string): boolean {
  const { folder: state } = statePlace()
  if (state === undefined) return false
  const folder = join(state, 'matrix', folderName)
  // Who has no encrypted rooms does not pay for the name.
  return existsSync(folder) && existsSync(join(folder, fileName(homeserver, room)))
}

/** @throws ConfigError, TransientError it cannot be remembered */
export function rememberEncrypted(homeserver: string, room: string): void {
  if (wasEncrypted(homeserver, room)) return
  keeping(() => {
    const folder = join(encryptionFolder(), folderName)
    makeFolderDurably(folder)
    replaceOwn(join(folder, fileName(homeserver, room)), '', { durable: true })
    syncFolder(folder)
  })
}
