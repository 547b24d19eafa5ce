import { join } from 'node:path'
import { hideSecret } from '../../platform/masking.ts'
import { ownershipProblem } from '../../platform/ownership.ts'
import { configFolder } from '../../platform/paths.ts'
import { readRegular } from '../../platform/regular-file.ts'

/** What telegram-send kept for dschep/ntfy: a bot's token, and the chat it speaks to. */
export interface TelegramIni extends Record<string, unknown> {
  token?: string
  chat_id?: string
}

/** Reads `telegram.ini` beside the configuration; empty if it is not there. */
export function readTelegramIni(): TelegramIni {
  const folder = configFolder()
  if (folder === undefined) return {}
  const file = join(folder, 'telegram.ini')
  // In another user's home it could be a link to what only we can read.
  const text = ownershipProblem(file, { ownGroup: true }) === undefined ? readRegular(file, 64 * 1024) : undefined
  if (text === undefined) return {}
  const value = (name: string) => new RegExp(`^\\s*${name}\\s*[=:]\\s*(\\S+)\\s*$`, 'mi').exec(text)?.[1]
  const token = value('token')
  const chat = value('chat_id')
  if (token !== undefined) hideSecret(token)
  return { ...(token !== undefined && { token }), ...(chat !== undefined && { chat_id: chat }) }
}
