import { showOnLinux } from '../desktop/linux.ts'
import { showOnMac } from '../desktop/macos.ts'
import { askOnDesktop } from '../desktop/question.ts'
import { type Origin, type Toast, type Urgency, urgencies } from '../desktop/toast.ts'
import { isInWindows, showOnWindows } from '../desktop/windows.ts'
import { iconAddress, withActionLines } from '../notification/actions.ts'
import { hasFailed, type Priority } from '../notification/index.ts'
import { ConfigError, messageOf, TransientError } from '../platform/errors.ts'
import { say } from '../platform/output.ts'
import { environmentOf } from '../terminal/environment.ts'
import { type Answer, type Context, defineBackend, type Outgoing } from './contract/backend.ts'
import { boolean, choice, number, type OptionValues, text } from './contract/options.ts'

/** The options of a desktop notification; `default` has the same. */
export const desktopOptions = {
  icon: text({
    description: 'the path of a picture, or (Linux) a name of the icon theme',
    names: 'file',
    example: 'dialog-information',
  }),
  urgency: choice(urgencies, {
    description: 'instead of the one of the message: critical for a failed command, else by its priority (Linux)',
  }),
  transient: boolean({ description: 'not kept in the list of notifications once it was shown (Linux)' }),
  soundfile: text({
    description: 'the path of a sound to play (Linux), or the name of one (macOS: Glass)',
    names: 'file',
  }),
  app_id: text({
    description: 'the application whose notification it is to Windows (an AppUserModelID); else that of SnoreToast',
    aliases: ['appid', 'app_name'],
  }),
  timeout: number({
    description: 'shown for so many milliseconds; -1: as the desktop does, 0: until it is dismissed (Linux)',
    default: -1,
    min: -1,
    max: 2_147_483_647,
  }),
}

export default defineBackend({
  name: 'desktop',
  title: 'Desktop notification',
  homepage: 'https://specifications.freedesktop.org/notification-spec/latest/',
  setup: ['Nothing, where a desktop runs: `ntfy doctor --notify` shows whether it does.'],
  aliases: ['linux', 'darwin', 'win32'],
  addresses: {
    schemes: ['dbus', 'qt', 'glib', 'kde', 'gnome', 'macosx', 'windows'],
    form: 'dbus://',
    read: () => ({}),
  },
  options: desktopOptions,
  limits: { title: { max: 200, unit: 'codepoints' }, message: { max: 4000, unit: 'codepoints' } },
  local: true,
  takesActions: true,
  // After an answer that was lost a second toast takes the place of the first, or stands beside it.
  // A toast of the day before is noise.
  keepFor: 60 * 60 * 1000,
  asks: { words: 9, text: false, longest: { max: 2000, unit: 'codepoints' } },
  ask: askOnDesktop,
  send: (notification, options, context) =>
    showOnDesktop(notification, options, context).catch((error: unknown) => {
      if (!(error instanceof ConfigError) || !isOfOldFile(context)) throw error
      return showInstead(notification, context, error)
    }),
})

/** There is nothing to show a notification on: no desktop, no terminal (cron). */
export class NoDisplay extends TransientError {
  override readonly keep = false
}

/** dschep/ntfy's files name the system, where it had no other word for what is shown here. */
function isOfOldFile({ target }: Context): boolean {
  return ['linux', 'darwin', 'win32'].includes(target)
}

/** An old file may say `linux` on a server, where a delivery would wait for a desktop for ever: `default` does this, too. */
async function showInstead(notification: Outgoing, context: Context, error: ConfigError): Promise<Answer> {
  const advice = 'use default, or terminal, instead'
  const told = context.cache('advice')
  if (context.foreground && told.read() !== advice) {
    say.warning(`desktop: ${messageOf(error)}: ${advice}`)
    told.write(advice)
  }
  const { default: terminal } = await import('./terminal.ts')
  try {
    return (
      (await terminal.send(withActionLines(notification), { sequence: 'auto', progress: undefined }, context)) ?? {}
    )
  } catch (trouble) {
    throw new NoDisplay(`no desktop and no terminal (${messageOf(error)}; ${messageOf(trouble)}): ${advice}`)
  }
}

/** Shows a notification on whatever desktop this system has. */
export function showOnDesktop(
  notification: Outgoing,
  options: OptionValues<typeof desktopOptions>,
  context: Context,
): Promise<Record<string, unknown>> {
  const { urgency = urgencyOf(notification), timeout, ...rest } = options
  const { title, message, thread, actions } = notification
  const icon = pictureOf(notification) ?? options.icon
  const { isStale } = context
  const origin = originOf(notification, context)
  const toast: Toast = {
    ...rest,
    actions,
    icon,
    title,
    message,
    thread,
    urgency,
    timeout: Math.trunc(timeout),
    origin,
    isStale,
  }
  const plain: Toast = { ...toast, message: withActionLines(notification).message }
  if (process.platform === 'darwin') return showOnMac(plain, context)
  if (process.platform === 'win32') return showOnWindows(plain, context.signal)
  return showOnLinux(toast, context.signal).catch((error: unknown) => {
    // A Linux inside Windows seldom has a desktop of its own.
    if (error instanceof ConfigError && isInWindows()) return showOnWindows(plain, context.signal)
    throw error
  })
}

/** An address is nothing that a desktop loads. */
function pictureOf(notification: Outgoing): string | undefined {
  return iconAddress(notification) === undefined ? notification.icon : undefined
}

/** Where a click can lead. Nobody waits for clicks in the foreground, or where there is nothing to bring to the front. */
function originOf({ id, terminal }: Outgoing, { foreground }: Context): Origin | undefined {
  if (foreground || terminal?.tty === undefined) return undefined
  const { DISPLAY, TMUX } = environmentOf(terminal.shellPid)
  return DISPLAY || TMUX ? { notification: id, terminal } : undefined
}

const urgencyByPriority: Record<Priority, Urgency> = {
  min: 'low',
  low: 'low',
  default: 'normal',
  high: 'critical',
  urgent: 'critical',
}

function urgencyOf(notification: Outgoing): Urgency {
  return hasFailed(notification) ? 'critical' : urgencyByPriority[notification.priority]
}
