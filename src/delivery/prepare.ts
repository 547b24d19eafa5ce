import { resolve } from 'node:path'
import { isThirdParty, loadBackend } from '../backends/index.ts'
import { resolveOptions } from '../config/resolve.ts'
import type { Selected } from '../config/select.ts'
import { type Config, defaultTitle } from '../config/types.ts'
import { longestLabel, longestTag, longestUrl, mostActions, mostTags } from '../notification/index.ts'
import { renderTemplate } from '../notification/template.ts'
import { type Delivery, granted } from '../outbox/delivery.ts'
import { machineTime } from '../outbox/machine-time.ts'
import { cut, plainText } from '../platform/text.ts'
import { randomUuid } from '../platform/uuid.ts'
import { type Draft, redactedView } from './redacted-view.ts'

/** A delivery for a target: the title made, nothing sent and nothing written yet. */
export async function prepare(
  notification: Draft,
  config: Config,
  { target, overrides }: Pick<Selected, 'target' | 'overrides'>,
  idFor: (target: string) => string = randomUuid,
): Promise<Delivery> {
  const shown = await redactedView(notification, target.showCommand ?? config.showCommand)
  const delivery: Delivery = {
    version: 1,
    id: idFor(target.name),
    target: target.name,
    backend: target.backend,
    created: notification.time,
    clock: machineTime(notification.time),
    tries: 0,
    next: notification.time,
    state: 'waiting',
    notification: withinReason({
      ...shown,
      title: shown.title ?? renderTemplate(target.title ?? titleFor(shown, config), shown),
    }),
  }
  if (config.path === undefined || config.lasting) {
    if (config.path !== undefined) delivery.config = resolve(config.path)
    if (Object.keys(overrides).length > 0) await giveOptions(delivery, overrides, overrides)
    return delivery
  }
  // Nobody can read a pipe again. What cannot be resolved is kept as it is: its attempt says what is wrong.
  const given = { ...target.settings, ...overrides }
  const options = await resolveOptions(config, target, overrides).catch(() => undefined)
  await giveOptions(delivery, options ?? given, given)
  return delivery
}

/** Of an agent: its project, unless the configuration has a title of its own. */
function titleFor({ agent }: Draft, { title }: Config): string {
  return agent !== undefined && title === defaultTitle ? '{agent}: {project}' : title
}

/** What names a program stays in this process; the file only says that there is something missing. */
async function giveOptions(
  delivery: Delivery,
  options: Record<string, unknown>,
  given: Record<string, unknown>,
): Promise<void> {
  const { options: declared } = await loadBackend(delivery.backend)
  const kept: Record<string, unknown> = {}
  const programs: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(options)) {
    if (declared[name]?.details.names !== 'program') kept[name] = value
    else if (given[name] !== undefined) [kept[name], programs[name]] = [null, value]
  }
  delivery.options = kept
  if (isThirdParty(delivery.backend) || Object.keys(programs).length > 0) delivery[granted] = programs
}

/** Longest texts that are kept, in bytes: an outbox is no place for files, and no service takes as much. */
const longest = { title: 8 * 1024, message: 256 * 1024, command: 32 * 1024, output: 64 * 1024 }

/** The other texts of a notification have names and paths in them. */
const longestOther = 4096

/** A notification whose texts, whoever they come from, can be kept, as well as a few fallbacks that say it differently. */
function withinReason(notification: Delivery['notification']): Delivery['notification'] {
  const { url, tags, actions, attachments, ...texts } = notification
  return {
    ...(fitting(texts) as typeof texts),
    tags: tags.slice(0, mostTags).map((tag) => fit(tag, longestTag)),
    // A part of an address would lead elsewhere.
    ...(url !== undefined && url.length <= longestUrl && { url }),
    ...(attachments && { attachments }),
    ...(actions && {
      actions: actions
        .filter(({ url }) => url.length <= longestUrl)
        .slice(0, mostActions)
        .map(({ label, url }) => ({ label: fit(label, longestLabel), url })),
    }),
  }
}

function fitting(value: unknown, name = ''): unknown {
  if (typeof value === 'string') {
    return fit(value, Object.hasOwn(longest, name) ? longest[name as keyof typeof longest] : longestOther)
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, fitting(one, name)]))
}

function fit(text: string, max: number): string {
  return text.length * 3 <= max ? text : cut(plainText(text), { max, unit: 'bytes' })
}
