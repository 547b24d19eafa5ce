import type { CommandDisplay } from '../config/types.ts'
import { innerWords } from '../inner-command.ts'
import type { Notification, Outcome } from '../notification.ts'
import { redactCommand, redactText } from '../redact/index.ts'
import { simpleCommands } from '../simple-commands.ts'

/** A notification about a command makes its message for each target: they may show more or less of the command. */
export interface Tellable extends Notification {
  sentence?: (outcome: Outcome) => string
}

/** What a target gets of a notification, before anything is cut. What `send` was told is sent as it is. */
export function shownTo(notification: Tellable, display: CommandDisplay): Notification {
  const { sentence, ...plain } = notification
  if (sentence === undefined || plain.outcome === undefined) return plain
  if (display === 'full') return { ...plain, message: sentence(plain.outcome) }
  const { command, output, ...rest } = plain.outcome
  const outcome: Outcome = rest
  if (command !== undefined && display !== 'hide') {
    outcome.command = display === 'name' ? programOf(command) : redactCommand(command)
  }
  if (output !== undefined) outcome.output = redactText(output)
  const shown: Notification = { ...plain, outcome, message: sentence(outcome) }
  if (plain.title !== undefined) shown.title = redactText(plain.title)
  return shown
}

/**
 * A text of a notification as lists and the log say it, whatever its target shows: without secrets.
 *
 * @param text its title or message
 */
export function listed(text: string, { outcome }: Pick<Notification, 'outcome'>): string {
  const command = outcome?.command?.trim()
  if (!command) return redactText(text)
  return text.split(command).map(redactText).join(redactCommand(command))
}

/** The program that a line runs last, without its folder. */
function programOf(line: string): string {
  const last = simpleCommands(line).findLast(({ words }) => words.length > 0)
  return redactCommand((last && (innerWords(last)[0] ?? last.words[0])) ?? '')
}
