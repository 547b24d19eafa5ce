import { pingAddress, pingTypes } from '../backends/ping/address.ts'
import type { Config } from '../config/types.ts'
import { makeNotification } from '../notification/create.ts'
import type { Outcome } from '../notification/index.ts'
import type { Delivery } from '../outbox/delivery.ts'
import { madeNow } from '../outbox/machine-time.ts'
import { ConfigError, UsageError } from '../platform/errors.ts'
import { hideSecret } from '../platform/masking.ts'
import { didYouMean } from '../platform/suggest.ts'
import { randomUuid } from '../platform/uuid.ts'

/** Where pings go: a heartbeat of the configuration, or an address. */
export type PingPlace = { name: string; config: Config } | { address: string }

/** A word that names an address, and not a heartbeat of the configuration. */
export function isPingAddress(word: string): boolean {
  return /[:/]/.test(word)
}

/**
 * @param readConfig only called for a name
 * @throws UsageError a wrong address, ConfigError an unknown name; neither shows an address, which may hold a key
 */
export async function findPing(word: string, readConfig: () => Promise<Config>): Promise<PingPlace> {
  if (isPingAddress(word)) {
    if (!URL.canParse(word) || !/^https?:\/\/[^/]/i.test(word)) {
      throw new UsageError(
        'the address to ping is wrong: expected https://... or a name of `pings` in the configuration',
      )
    }
    for (const part of [word, new URL(word).pathname, new URL(word).search]) if (part.length > 7) hideSecret(part)
    return { address: word }
  }
  const config = await readConfig()
  const wrong = config.unreadable ?? config.wrong[`ping:${word}`]
  if (wrong !== undefined) throw new ConfigError(wrong)
  if (Object.hasOwn(config.pings, word)) return { name: word, config }
  const known = Object.keys(config.pings)
  const names = known.length === 0 ? 'the configuration has no `pings`' : `known: ${known.join(', ')}`
  // A word as long as an id may be the key itself.
  const called = word.length < 20 ? `no ping is called ${word}${didYouMean(word, known)}` : 'there is no such ping'
  throw new ConfigError(`${called} (${names})`)
}

/** What a ping says. */
export interface PingSaying {
  event: string
  run?: string
  outcome?: Outcome
}

/** Does the service of a ping know such an event? */
export function isUnderstood(place: PingPlace, event: string): boolean {
  const said = 'config' in place ? String(place.config.pings[place.name]?.settings['type']).toLowerCase() : ''
  const type = pingTypes.find((one) => one === said) ?? 'healthchecks'
  return pingAddress(type, 'https://localhost', { event, text: '' }) !== undefined
}

/** The delivery of a ping; its body is the redacted end of the output. */
export function makePing(place: PingPlace, { event, run, outcome }: PingSaying): Delivery {
  const name = 'address' in place ? new URL(place.address).host : place.name
  const text = outcome?.redactedOutput ?? ''
  const kept: Outcome = outcome?.durationMs === undefined ? {} : { durationMs: outcome.durationMs }
  const path = 'config' in place && place.config.lasting ? place.config.path : undefined
  const literal =
    'address' in place ? { url: place.address } : path === undefined ? place.config.pings[name]?.settings : {}
  const options = { ...literal, event: event === '' ? 'success' : event, ...(run && { run }) }
  return {
    version: 1,
    id: randomUuid(),
    target: `ping:${name}`,
    backend: 'ping',
    ...(path !== undefined && { config: path }),
    options,
    ...madeNow(),
    tries: 0,
    state: 'waiting',
    notification: { ...makeNotification('done', text, { outcome: kept }), title: titleOf(name, event) },
  }
}

function titleOf(name: string, event: string): string {
  if (event === '') return `ping ${name}: success`
  return /^\d+$/.test(event) ? `ping ${name}: exit status ${event}` : `ping ${name}: ${event}`
}
