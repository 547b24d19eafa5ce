import type { FlagValues, GlobalOptions, Typed } from '../../cli/command.ts'
import { loadConfig } from '../../config/index.ts'
import { selectTargets } from '../../config/select.ts'
import type { Config } from '../../config/types.ts'
import { type Plan, plan } from '../../delivery/plan.ts'
import { makeNotification } from '../../notification/create.ts'
import {
  longestTag,
  longestUrl,
  mostTags,
  type Notification,
  type Priority,
  priorities,
} from '../../notification/index.ts'
import { keepFiles } from '../../outbox/attachments.ts'
import { outboxFolder } from '../../outbox/spool.ts'
import { ConfigError, exitCode, NtfyError, UsageError } from '../../platform/errors.ts'
import { statePlace } from '../../platform/paths.ts'
import { isPipe } from '../../platform/regular-file.ts'
import { isBlank } from '../../platform/text.ts'
import { endPhase } from '../../platform/trace.ts'
import { filesToAttach } from './attach.ts'
import { iconFrom, readActions } from './extras.ts'
import { sendingTime } from './sending-time.ts'

export const sendFlags = {
  priority: {
    kind: 'text',
    value: 'PRIORITY',
    choices: priorities,
    spellings: Object.fromEntries(priorities.map((priority, at) => [`${at + 1}`, priority])),
    description: 'set the priority: min, low, default, high or urgent, or 1 to 5',
  },
  url: { kind: 'text', value: 'URL', description: 'open this URL from the notification' },
  tag: { kind: 'list', value: 'TAG', description: 'add a tag (repeatable)' },
  attach: {
    kind: 'list',
    value: 'FILE',
    description: 'attach this file (repeatable; named where the service takes none)',
  },
  action: {
    kind: 'list',
    value: "'LABEL, URL'",
    description: 'add a button that opens this URL (up to 3; a line where the service has no buttons)',
  },
  icon: { kind: 'text', value: 'URL', description: 'show this picture (a path or a name for the desktop)' },
  in: { kind: 'text', value: 'TIME', description: 'send it after this time: 10m, 1h30m' },
  at: { kind: 'text', value: 'TIME', description: 'send it at this time: 18:00, or 2030-01-31 18:00' },
  'dry-run': { kind: 'boolean', description: 'show what each target would get; nothing is sent or kept' },
  'no-queue': { kind: 'boolean', description: 'try once and do not queue on failure' },
  'no-wait': { kind: 'boolean', description: 'store the message and return at once; failures are in the log' },
} as const

/** What a message is, and where it goes. */
export interface Composed {
  planned: Plan
  notification: Notification
  config: Config
  warnings: string[]
}

/** What is not of this moment: where and when it was said, by an earlier call. */
export interface Moment extends Partial<Pick<Notification, 'time' | 'terminal' | 'origin'>> {
  /** The id of the delivery for a target. */
  idFor?: (target: string) => string
}

/**
 * Makes the notification of a message, and decides which target gets it.
 *
 * @throws NtfyError the command line or the configuration is wrong
 */
export async function compose(
  { flags, global }: Pick<Typed<typeof sendFlags>, 'flags' | 'global'>,
  text: string,
  { idFor, ...moment }: Moment,
): Promise<Composed> {
  if (flags['no-wait']) refusePipe(global.config)
  const at = sendingTime(flags, moment.time === undefined ? new Date() : new Date(moment.time))
  const actions = flags.action.length > 0 ? readActions(flags.action) : undefined
  const files = filesToAttach(flags.attach)
  const message = await emojized(text, global)
  if (isBlank(message) && isBlank(global.title ?? '') && files.length === 0) {
    throw new UsageError('send: no message (give words, or pipe text in)')
  }
  endPhase('arguments')
  const { config, problems } = await loadConfig(global.config)
  if (problems.length > 0) throw new ConfigError(problems.join('\n'))
  const selected = await selectTargets(config, global)
  endPhase('configuration')
  const notification = makeNotification('send', isBlank(message) ? '' : message, {
    ...moment,
    ...(global.title !== undefined && { title: await emojized(global.title, global) }),
    ...(flags.url !== undefined && { url: flags.url }),
    priority: (flags.priority as Priority | undefined) ?? 'default',
    tags: flags.tag.filter((tag) => !isBlank(tag)),
    ...(actions && { actions }),
    ...(flags.icon && { icon: iconFrom(flags.icon) }),
  })
  const outbox = files.length > 0 ? outboxFolder() : undefined
  if (files.length > 0) {
    if (outbox === undefined) throw new NtfyError(`send --attach: ${statePlace().problem}`, exitCode.unavailable)
    notification.attachments = keepFiles(outbox, notification.id, files)
  }
  const planned = await plan(notification, config, selected, {
    dryRun: flags['dry-run'],
    ...(at && { at }),
    ...(idFor && { idFor }),
  })
  return { planned, notification, config, warnings: [...config.warnings, ...excess(flags)] }
}

/** Whoever reads it later finds it empty. */
function refusePipe(config = process.env['NTFY_CONFIG']): void {
  if (config && isPipe(config)) {
    throw new UsageError(`send --no-wait: -c ${config}: a pipe can be read only now: expected a file (or no --no-wait)`)
  }
}

/** What of the flags is more than is kept of any notification. */
function excess({ url = '', tag }: FlagValues<typeof sendFlags>): string[] {
  return [
    ...(url.length > longestUrl ? [`send --url: longer than ${longestUrl} characters: it is left out`] : []),
    ...(tag.length > mostTags ? [`send --tag: only the first ${mostTags} are sent`] : []),
    ...(tag.some((one) => one.length > longestTag)
      ? [`send --tag: longer than ${longestTag} bytes: it is truncated`]
      : []),
  ]
}

async function emojized(text: string, global: GlobalOptions): Promise<string> {
  if (!global.emoji || !text.includes(':')) return text
  const { replaceShortcodes } = await import('../../notification/emoji.ts')
  return replaceShortcodes(text)
}
