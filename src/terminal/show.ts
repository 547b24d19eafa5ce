import type { Notification } from '../notification/index.ts'
import { PermanentError } from '../platform/errors.ts'
import type { Protocol } from './kinds.ts'
import type { DetachedTmux, Place } from './place.ts'
import { throughScreen } from './screen.ts'
import { bell, line, notificationSequence } from './sequences.ts'
import { displayMessage, displayOnAttach } from './tmux.ts'
import { writeToTerminal } from './tty.ts'

export type Showable = Pick<Notification, 'id' | 'source' | 'message' | 'priority' | 'thread' | 'terminal'> & {
  title: string
}

/** What was handed to a terminal. There is no acknowledgement: nobody knows whether anything was seen. */
export interface HandedOver {
  handed_to: string
  as: Protocol | 'line' | 'bell' | 'tmux'
}

/** Has a terminal show a notification of its own. */
export async function showByTerminal(
  notification: Showable,
  place: Place,
  protocol: Protocol,
  signal: AbortSignal,
): Promise<HandedOver> {
  const { title, message, priority, terminal } = notification
  const id = `ntfy-${notification.thread ?? notification.id}`
  const unlessFocused = terminal?.unlessFocused === true
  const sequence = notificationSequence({ title, message, priority, id, unlessFocused }, protocol, place.kind)
  await writeToTerminal(place.tty, place.through === 'screen' ? throughScreen(sequence) : sequence, signal)
  return { handed_to: place.kind.name, as: protocol }
}

/** In a pane of tmux: its status line says what the bell alone does not, also beside another pane or window. */
export async function showInTmux(notification: Showable, place: Place, signal: AbortSignal): Promise<HandedOver> {
  const answer = await showAsText(notification, false, signal)
  if (place.tmux === undefined || answer.as !== 'bell') return answer
  await displayMessage(place.tmux.pane, place.tmux.client, line(notification), signal)
  return { handed_to: answer.handed_to, as: 'tmux' }
}

/** In a detached session: a line where the next client that attaches sees it, and a word of tmux's own to that client. */
export async function showOnAttach(
  notification: Showable,
  { reference, panes }: DetachedTmux,
  signal: AbortSignal,
): Promise<HandedOver> {
  const text = line(notification)
  await writeToTerminal(reference.tty, `\r\n${text}\r\n${bell}`, signal)
  for (const pane of panes) await displayOnAttach(reference, pane, text, signal)
  return { handed_to: reference.tty, as: 'tmux' }
}

/**
 * What every terminal can do: a line and a bell. From a hook the bell alone: somebody may be typing, or it is an agent's screen.
 *
 * @param below whether something else may stand where the cursor is: the prompt of a shell that went on
 */
export async function showAsText(notification: Showable, below: boolean, signal: AbortSignal): Promise<HandedOver> {
  const tty = notification.terminal?.tty
  if (tty === undefined) throw new PermanentError('no terminal')
  const bellOnly = notification.source === 'hook' || notification.source === 'agent'
  const text = bellOnly ? bell : `${below ? '\r\n' : ''}${line(notification)}\r\n${bell}`
  await writeToTerminal(tty, text, signal)
  return { handed_to: tty, as: bellOnly ? 'bell' : 'line' }
}
