import { askOnDesktop } from '../desktop/question.ts'
import { withActionLines } from '../notification/actions.ts'
import { ConfigError, messageOf, PermanentError, TransientError } from '../platform/errors.ts'
import { findPlace, type Place } from '../terminal/place.ts'
import { type Answer, type Context, defineBackend, type Outgoing } from './contract/backend.ts'
import type { OptionValues } from './contract/options.ts'
import { desktopOptions, NoDisplay, showOnDesktop } from './desktop.ts'
import terminal from './terminal.ts'

export default defineBackend({
  name: 'default',
  title: 'Desktop or terminal',
  homepage: 'https://specifications.freedesktop.org/notification-spec/latest/',
  setup: ['Nothing: it is what is used without a configuration.'],
  options: desktopOptions,
  limits: { title: { max: 200, unit: 'codepoints' }, message: { max: 4000, unit: 'codepoints' } },
  local: true,
  takesActions: true,
  keepFor: 60 * 60 * 1000,
  // Or a line typed on the terminal, which is there for any question.
  asks: { words: 9, text: false, longest: { max: 2000, unit: 'codepoints' } },
  ask: (question, options, context) =>
    askOnDesktop(question, options, context).catch((error: unknown) => {
      throw error instanceof ConfigError ? new PermanentError(`no desktop and no terminal (${error.message})`) : error
    }),
  async send(notification, options, context) {
    const problems: string[] = []
    for (const way of await waysFor(notification, options, context)) {
      try {
        return await way()
      } catch (error) {
        if (context.signal.aborted) throw new TransientError(messageOf(error))
        context.debug(messageOf(error))
        problems.push(messageOf(error))
      }
    }
    throw new NoDisplay(`no desktop and no terminal (${[...new Set(problems)].join('; ')})`)
  },
})

/**
 * The desktop, the terminal's own notification, a line and a bell. To somebody at another machine the desktop of this
 * one is not the first choice, and on macOS a terminal's notifications lead back to it while osascript's lead nowhere.
 */
async function waysFor(
  notification: Outgoing,
  options: OptionValues<typeof desktopOptions>,
  context: Context,
): Promise<(() => Promise<Answer | undefined>)[]> {
  const place = await findPlace(notification.terminal, context.signal).catch(() => undefined)
  const desktop = () => showOnDesktop(notification, options, context)
  // It chooses between its own notification and a line by itself.
  const byTerminal = () =>
    terminal.send(withActionLines(notification), { sequence: 'auto', progress: undefined }, context)
  return prefersTerminal(place) ? [byTerminal, desktop] : [desktop, byTerminal]
}

function prefersTerminal(place: Place | undefined): boolean {
  return place?.kind.protocol !== undefined && (place.remote || process.platform === 'darwin')
}
