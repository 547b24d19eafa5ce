import { fitRendered } from '../../notification/fit.ts'
import type { Action, ChatText } from '../../notification/index.ts'
import { callingNobody, inertAddress } from '../../platform/text.ts'

/** Of the text of a section (docs.slack.dev, "Section block"). */
const longestSection = 3000

/** Slack cuts longer texts itself, in the middle of an escape if need be. */
const longest = { max: 40_000, unit: 'codepoints' } as const

/** Slack's own markup: only `& < >` can begin something (docs.slack.dev, "Formatting message text"). */
export function slackText({ title, message, url }: ChatText): string {
  const link = url === undefined ? '' : `\n${escaped(inertAddress(url))}`
  // Stars within the title would end its being bold.
  const head = `*${escaped(title).replaceAll('*', '∗')}*\n`
  return fitRendered(message, (part) => `${head}${inert(escaped(part))}${link}`, longest)
}

/** There is no escape for its marks: a space of no width keeps one from beginning bold, code or a quotation. */
function inert(text: string): string {
  return text.replace(/(?<!\w)[*_~`](?=\S)/g, '$&\u200b').replace(/^(?=&gt;)/gm, '\u200b')
}

/**
 * Buttons below the text. Where the text is too long for a section, they stand below it by themselves, in an attachment.
 */
export function slackButtons(text: string, actions: readonly Action[] | undefined) {
  if (actions === undefined) return {}
  const elements = actions.map(({ label, url }, at) => ({
    type: 'button',
    text: { type: 'plain_text', text: label },
    url,
    action_id: `open-${at}`,
  }))
  const buttons = { type: 'actions', elements }
  if (text.length > longestSection) return { attachments: [{ blocks: [buttons] }] }
  return { blocks: [{ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } }, buttons] }
}

function escaped(text: string): string {
  return callingNobody(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
