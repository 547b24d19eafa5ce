import { innerWords } from '../command-line/inner-command.ts'
import { simpleCommands } from '../command-line/simple-commands.ts'
import type { CommandDisplay } from '../config/types.ts'
import type { AgentDetails } from '../notification/agent.ts'
import type { Notification, Outcome } from '../notification/index.ts'
import { withoutOurSecrets } from '../platform/masking.ts'
import { redactedCommand, redactedText } from '../redact/lazily.ts'

/** A notification about a command makes its message for each target: they may show more or less of the command. */
export interface Draft extends Notification {
  sentence?: (outcome: Outcome, agent?: AgentDetails) => string
  /** Whatever a target may show, it is not to show the command. */
  hideCommand?: boolean
}

/** What a target gets of a notification, before anything is cut. What `send` was given is sent as it is. */
export async function redactedView(notification: Draft, display: CommandDisplay): Promise<Notification> {
  const { sentence, hideCommand, ...plain } = notification
  if (sentence === undefined || plain.outcome === undefined) return plain
  const { redactedOutput, ...whole } = plain.outcome
  if (display === 'full' && !hideCommand) return { ...plain, outcome: whole, message: sentence(whole, plain.agent) }
  const { command, output, ...rest } = whole
  const outcome: Outcome = rest
  if (command !== undefined && display !== 'hide' && !hideCommand) {
    outcome.command = withoutOurSecrets(await (display === 'name' ? programOf(command) : redactedCommand(command)))
  }
  if (output !== undefined) outcome.output = withoutOurSecrets(redactedOutput ?? (await redactedText(output)))
  const agent = plain.agent && (await redactedAgent(plain.agent, whole, outcome, hideCommand ? 'hide' : display))
  const shown: Notification = { ...plain, outcome, ...(agent && { agent }), message: sentence(outcome, agent) }
  if (plain.title !== undefined) shown.title = withoutOurSecrets(await redactedText(plain.title))
  return shown
}

/** What an agent asks may be a command, which is shown as others are, or a text. */
async function redactedAgent(
  { question, ...agent }: AgentDetails,
  { command }: Outcome,
  shown: Outcome,
  display: CommandDisplay,
): Promise<AgentDetails> {
  if (question === undefined || display === 'hide') return agent
  if (question === command) return { ...agent, ...(shown.command !== undefined && { question: shown.command }) }
  return display === 'name' ? agent : { ...agent, question: withoutOurSecrets(await redactedText(question)) }
}

/** The program that a line runs last, without its folder. */
function programOf(line: string): Promise<string> {
  const last = simpleCommands(line).findLast(({ words }) => words.length > 0)
  return redactedCommand((last && (innerWords(last)[0] ?? last.words[0])) ?? '')
}
