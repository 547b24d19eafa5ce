import type { ChatText } from './notification.ts'

/** Slack's own markup: only `& < >` can begin something (docs.slack.dev, "Formatting message text"). */
export function slackText({ title, message, url }: ChatText): string {
  const link = url === undefined ? '' : `\n${escaped(url)}`
  // Stars within the title would end its being bold.
  return `*${escaped(title).replaceAll('*', '∗')}*\n${escaped(message)}${link}`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
