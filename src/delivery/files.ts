import type { Backend, OutgoingFile } from '../backends/contract/backend.ts'
import type { Attachment, Notification } from '../notification/index.ts'
import { keptContent } from '../outbox/attachments.ts'
import { outboxFolder } from '../outbox/spool.ts'
import { oneLine } from '../platform/text.ts'

/** What of a notification's files a service gets, and a line for each of the others: what it is, and where. */
export function filesFor(
  { attachments = [], origin }: Pick<Notification, 'attachments' | 'origin'>,
  { takesFiles, title }: Pick<Backend, 'takesFiles' | 'title'>,
  options: Record<string, unknown>,
): { files: OutgoingFile[]; lines: string[] } {
  const files: OutgoingFile[] = []
  const lines: string[] = []
  const limit = takesFiles?.(options)
  let room = limit?.max ?? 0
  for (const attachment of attachments) {
    const name = oneLine(attachment.name)
    const type = typeOf(name)
    const isTaken = limit !== undefined && (!limit.pictures || type.startsWith('image/'))
    const fits = isTaken && attachment.size <= room
    const content = fits ? keptContent(outboxFolder(), attachment) : undefined
    if (content !== undefined && (limit?.count ?? Number.POSITIVE_INFINITY) > files.length) {
      files.push({ name, type, content })
      if (limit?.together) room -= attachment.size
      continue
    }
    const why = isTaken && !fits ? ` (too large for ${title})` : ''
    lines.push(`${lineOf(attachment, origin.host)}${why}`)
  }
  return { files, lines }
}

/** `log.txt, 34 kB, on HOST:PATH` */
function lineOf({ name, size, path }: Attachment, host: string): string {
  return oneLine(`${name}, ${sizeText(size)}, on ${host}:${path}`)
}

function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${Math.round(bytes / 1_000_000)} MB`
}

function typeOf(name: string): string {
  const ending = name.toLowerCase().split('.').at(-1) ?? ''
  return types[ending] ?? 'application/octet-stream'
}

const types: Record<string, string> = {
  txt: 'text/plain',
  log: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  json: 'application/json',
  pdf: 'application/pdf',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  gz: 'application/gzip',
  zip: 'application/zip',
}
