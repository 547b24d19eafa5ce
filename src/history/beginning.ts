import type { Notification } from '../notification/index.ts'
import { oneLine } from '../platform/text.ts'
import { listed } from '../redact/listed.ts'

/** So much of a message is shown where it is one of many, in characters. */
const longestBeginning = 120

/** What a notification is about, for a list: its title and the first words of its message, both without secrets. */
export async function beginningOf(
  notification: { title?: string | undefined; message?: string | undefined } & Pick<Notification, 'outcome'>,
): Promise<{ title: string; text: string }> {
  const { title = '', message = '' } = notification
  const text = oneLine(await listed(message.slice(0, 4096), notification))
  return {
    title: await listed(title, notification),
    text: text.length > longestBeginning ? `${text.slice(0, longestBeginning - 1)}…` : text,
  }
}

/** What a notification is called where one line has to do: by its words, or by its title where it has none. */
export function subjectOf({ title, text = '' }: { title: string; text?: string | undefined }): string {
  return text === '' ? title : `"${text}"`
}
