import type { Notification } from '../notification/index.ts'
import { redactedCommand, redactedText } from './lazily.ts'

/**
 * A text of a notification as lists and the log say it, whatever its target shows: without secrets.
 *
 * @param text its title or message
 */
export async function listed(text: string, { outcome }: Pick<Notification, 'outcome'>): Promise<string> {
  const command = outcome?.command?.trim()
  if (!command) return redactedText(text)
  const around = await Promise.all(text.split(command).map(redactedText))
  return around.length === 1 ? (around[0] ?? '') : around.join(await redactedCommand(command))
}
