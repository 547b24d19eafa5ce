/** Slack's own markup, and Google Chat's: only `& < >` can begin something (docs.slack.dev, "Formatting message text"). */
export function slackText({
  title,
  message,
  url,
}: {
  title: string
  message: string
  url?: string | undefined
}): string {
  const link = url === undefined ? '' : `\n${escaped(url)}`
  // Stars within the title would end its being bold.
  return `*${escaped(title).replaceAll('*', '∗')}*\n${escaped(message)}${link}`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
