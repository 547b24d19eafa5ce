import { resolve } from 'node:path'
import type { Answer } from '../backend.ts'
import { isThirdParty } from '../backends/index.ts'
import { loadConfig } from '../config/index.ts'
import { resolveOptions } from '../config/resolve.ts'
import { findTarget, type Selected } from '../config/select.ts'
import { type Config, emptyConfig } from '../config/types.ts'
import { ConfigError, exitCode, messageOf, NtfyError, SecretError } from '../errors.ts'
import type { Notification } from '../notification.ts'
import { say } from '../output.ts'
import { renderTemplate } from '../template.ts'
import { randomUuid } from '../uuid.ts'
import { attempt, exitCodeOf, type Result } from './attempt.ts'
import type { Delivery } from './delivery.ts'
import { type Entry, outboxFolder, put, release } from './outbox.ts'
import { type Pause, pauseOf } from './pause.ts'
import { type Fate, keepingTrouble, settle } from './settle.ts'
import { configStamp } from './stamp.ts'

/** What became of one delivery. */
export interface Report {
  id: string
  target: string
  backend: string
  outcome: Fate
  error?: string
  /** The service's own answer. */
  answer?: Answer
  exitCode: number
}

/** A delivery with its file in the outbox, if it has one. */
export interface Pending {
  delivery: Delivery
  place: { folder: string; entry: Entry } | undefined
}

/** One delivery for each target: the title made, nothing sent and nothing written yet. */
export async function prepare(notification: Notification, config: Config, selected: Selected[]): Promise<Delivery[]> {
  return Promise.all(
    selected.map(async ({ target, overrides }) => {
      const delivery: Delivery = {
        version: 1,
        id: randomUuid(),
        target: target.name,
        backend: target.backend,
        created: notification.time,
        tries: 0,
        next: notification.time,
        state: 'waiting',
        notification: {
          ...notification,
          title: notification.title ?? renderTemplate(target.title ?? config.title, notification),
        },
      }
      if (config.path !== undefined && config.lasting) delivery.config = resolve(config.path)
      if (config.path !== undefined && !config.lasting) {
        delivery.options = await resolveOptions(config, target, overrides)
      } else if (Object.keys(overrides).length > 0) delivery.options = overrides
      return delivery
    }),
  )
}

/**
 * Puts deliveries into the outbox, before anything is sent. Where that cannot be done the trouble is said, and they
 * are tried all the same.
 */
export function spool(deliveries: Delivery[], options: { claimed: boolean }): Pending[] {
  const folder = outboxFolder()
  try {
    if (folder === undefined) throw new Error('there is no home folder')
    const entries = put(folder, deliveries, options)
    return deliveries.map((delivery, index) => {
      const entry = entries[index]
      return { delivery, place: entry === undefined ? undefined : { folder, entry } }
    })
  } catch (error) {
    say.warning(`the outbox cannot be written, a failed notification would be lost: ${messageOf(error)}`)
    return deliveries.map((delivery) => ({ delivery, place: undefined }))
  }
}

/** Where an attempt is made. */
export interface Situation {
  /** Somebody waits for it at a terminal. */
  foreground: boolean
  /** The first attempt of a new notification: a target that asked to be left alone is. */
  fresh: boolean
  /** The configuration, if it was read already. */
  config?: Config
}

/** Tries all at the same time: a dead target never holds back a living one. */
export function attemptAll(pending: Pending[], situation: Situation): Promise<Report[]> {
  return Promise.all(pending.map((one) => attemptOne(one, situation)))
}

/** Tries one delivery and carries out what its result means. */
export async function attemptOne({ delivery, place }: Pending, situation: Situation): Promise<Report> {
  const pause = situation.fresh && place ? pauseOf(place.folder, delivery.target, delivery.config) : undefined
  if (pause !== undefined && place !== undefined) return postpone(place, delivery, pause)
  const result = await tryOptions(delivery, situation)
  const outcome = await settle(place, delivery, result)
  const report: Report = { id: delivery.id, target: delivery.target, backend: delivery.backend, outcome, exitCode: 0 }
  if (result.kind === 'delivered') return result.answer === undefined ? report : { ...report, answer: result.answer }
  // A queued delivery is in good hands; what was parked or refused needs somebody to look at it.
  report.exitCode = outcome === 'queued' ? exitCode.ok : exitCodeOf(result)
  report.error = result.error
  return report
}

function postpone(place: NonNullable<Pending['place']>, delivery: Delivery, pause: Pause): Report {
  const state = pause.kind === 'config' ? 'parked' : 'waiting'
  const kept: Delivery = { ...delivery, state, next: pause.until, error: pause.error }
  if (state === 'parked') kept.configStamp = configStamp(delivery.config)
  keepingTrouble(() => release(place.folder, place.entry, kept))
  const { id, target, backend } = delivery
  const [outcome, code] =
    state === 'parked' ? (['parked', exitCode.config] as const) : (['queued', exitCode.ok] as const)
  return { id, target, backend, outcome, error: pause.error, exitCode: code }
}

async function tryOptions(delivery: Delivery, situation: Situation): Promise<Result> {
  let options: Record<string, unknown>
  try {
    options = await currentOptions(delivery, situation.config)
  } catch (error) {
    if (error instanceof NtfyError)
      return { kind: 'config', error: error.message, secret: error instanceof SecretError }
    return { kind: 'bug', error: messageOf(error) }
  }
  return attempt(delivery, options, { foreground: situation.foreground })
}

/** The options as the configuration has them now: it may have been mended since the delivery was queued. */
async function currentOptions(delivery: Delivery, known: Config | undefined): Promise<Record<string, unknown>> {
  const config = known ?? (await configOf(delivery))
  if (delivery.config === undefined && known === undefined && isThirdParty(delivery.backend)) {
    throw new ConfigError(`${delivery.backend}: only a configuration may name such a backend`)
  }
  // Without a file there is nothing to look a name up in: all that it needs came with it.
  const target =
    known === undefined && delivery.config === undefined
      ? { name: delivery.target, backend: delivery.backend, settings: {} }
      : findTarget(config, delivery.target)
  if (target.backend !== delivery.backend) {
    throw new ConfigError(`${delivery.target} is another backend now (${target.backend})`)
  }
  return resolveOptions(config, target, delivery.options ?? {})
}

async function configOf(delivery: Delivery): Promise<Config> {
  if (delivery.config === undefined) return emptyConfig(undefined)
  const { config, problems } = await loadConfig(delivery.config)
  if (problems.length > 0) throw new ConfigError(problems[0] ?? '')
  return config
}
