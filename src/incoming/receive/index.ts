/*
 * What arrives at a service is shown here: `source` sees to it that each message comes once, `show` makes it a
 * notification of this desk.
 */

import { askContext } from '../../backends/contract/ask-context.ts'
import type { Backend } from '../../backends/contract/backend.ts'
import { loadBackend } from '../../backends/index.ts'
import { resolveOptions } from '../../config/resolve.ts'
import { findTarget, type Selected } from '../../config/select.ts'
import type { Config, Target } from '../../config/types.ts'
import { isKnown } from '../../outbox/known.ts'
import { ConfigError, exitCode, NtfyError, UsageError } from '../../platform/errors.ts'
import { randomUuid } from '../../platform/uuid.ts'
import { Desk, deliveryId } from './show.ts'
import { openSource } from './source.ts'

/** A target whose messages are received. */
export interface Source {
  target: Target
  backend: Backend
  options: Record<string, unknown>
  /** Where it is, for people and for what is kept of it. */
  place: string
}

/**
 * The targets to receive from: those that are named, else all that can be.
 *
 * @throws UsageError one that cannot be received, or none that can
 */
export async function sourcesOf(config: Config, names: string[]): Promise<Source[]> {
  const sources = new Map<string, Source>()
  const members = names.flatMap((name) => config.groups[name] ?? [name])
  const targets = names.length > 0 ? members.map((name) => findTarget(config, name)) : Object.values(config.targets)
  for (const target of targets) {
    const backend = target.backend === '' ? undefined : await loadBackend(target.backend)
    if (backend?.receive === undefined) {
      if (names.length > 0)
        throw new UsageError(`receive: ${target.name} cannot be received (ntfy_sh, mqtt and matrix can)`)
      continue
    }
    const wrong = config.wrong[target.name]
    if (wrong !== undefined) throw new ConfigError(wrong)
    const options = await resolveOptions(config, target, {})
    const place = placeOf(options)
    if (!sources.has(place)) sources.set(place, { target, backend, options, place })
  }
  if (sources.size > 0) return [...sources.values()]
  throw new UsageError('receive: no target of the configuration can be received (ntfy_sh, mqtt and matrix can)')
}

/**
 * Where what is received is shown: the targets of `-b`, else the desktop or the terminal.
 *
 * @throws UsageError one of them is where it comes from
 */
export async function deskOf(config: Config, selected: Selected[], sources: Source[]): Promise<Desk> {
  for (const { target, overrides } of selected) {
    const backend = await loadBackend(target.backend)
    if (backend.receive === undefined) continue
    const place = placeOf(await resolveOptions(config, target, overrides))
    const source = sources.find((one) => one.place === place)
    if (source === undefined) continue
    throw new UsageError(`receive: -b ${target.name}: what is received from ${source.target.name} would go back to it`)
  }
  return new Desk(config, selected)
}

/** Receives until the signal ends that, or with `once` until what the services have kept was shown. */
export async function receiveAll(
  sources: Source[],
  desk: Desk,
  { since, once, signal }: { since: number | undefined; once: boolean; signal: AbortSignal },
): Promise<void> {
  await Promise.all(
    sources.map(async ({ target, backend, options, place }) => {
      const { name } = target
      const context = askContext({ id: randomUuid(), backend, target: name, options, signal })
      const cache = context.cache(`received ${place}`)
      const flow = openSource({
        ...{ name, cache, since, once, isKnown },
        idOf: (message) => deliveryId(place, message),
        show: (message, id) => desk.show(name, message, id),
        showDigest: (messages, id) => desk.showDigest(name, messages, id),
      })
      const receive = backend.receive as NonNullable<Backend['receive']>
      await receive(options as never, context, flow).catch((error: unknown) => {
        throw error instanceof NtfyError ? new NtfyError(`${name}: ${error.message}`, exitOf(error)) : error
      })
    }),
  )
}

/** What a service refuses for good is a matter of the configuration. */
function exitOf({ exitCode: code }: NtfyError): number {
  return code === exitCode.refused ? exitCode.config : code
}

function placeOf({ server, url, homeserver, user_id: user, topic, rooms }: Record<string, unknown>): string {
  return `${server ?? url ?? homeserver ?? user}/${topic ?? rooms}`
}
