import type { ChatText } from '../../notification/index.ts'
import { inertAddress } from '../../platform/text.ts'

/** Title in bold and message as Markdown that shows them as they are, and calls nobody. */
export function markdownText({ title, message, url }: ChatText): string {
  return `**${escapeMarkdown(title)}**\n${escapeMarkdown(message)}${url === undefined ? '' : `\n<${inertAddress(url)}>`}`
}

/** A space of no width behind an @ keeps it from being a mention; a backslash keeps a character from being markup. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+!|~<>&-]/g, '\\$&').replaceAll('@', '@\u200b')
}
