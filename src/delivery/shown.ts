import type { CommandDisplay } from '../config/types.ts'
import { innerWords } from '../inner-command.ts'
import type { Notification, Outcome } from '../notification.ts'
import { withoutOurSecrets } from '../output.ts'
import { redactedCommand, redactedText } from '../redact/lazily.ts'
import { simpleCommands } from '../simple-commands.ts'

/** A notification about a command makes its message for each target: they may show more or less of the command. */
export interface Tellable extends Notification {
  sentence?: (outcome: Outcome) => string
  /** Whatever a target may show, it is not to show the command. */
  hideCommand?: boolean
}

/** What a target gets of a notification, before anything is cut. What `send` was told is sent as it is. */
export async function shownTo(notification: Tellable, display: CommandDisplay): Promise<Notification> {
  const { sentence, hideCommand, ...plain } = notification
  if (sentence === undefined || plain.outcome === undefined) return plain
  const { redactedOutput, ...whole } = plain.outcome
  if (display === 'full' && !hideCommand) return { ...plain, outcome: whole, message: sentence(whole) }
  const { command, output, ...rest } = whole
  const outcome: Outcome = rest
  if (command !== undefined && display !== 'hide' && !hideCommand) {
    outcome.command = withoutOurSecrets(await (display === 'name' ? programOf(command) : redactedCommand(command)))
  }
  if (output !== undefined) outcome.output = withoutOurSecrets(redactedOutput ?? (await redactedText(output)))
  const shown: Notification = { ...plain, outcome, message: sentence(outcome) }
  if (plain.title !== undefined) shown.title = withoutOurSecrets(await redactedText(plain.title))
  return shown
}

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

/** The program that a line runs last, without its folder. */
function programOf(line: string): Promise<string> {
  const last = simpleCommands(line).findLast(({ words }) => words.length > 0)
  return redactedCommand((last && (innerWords(last)[0] ?? last.words[0])) ?? '')
}
