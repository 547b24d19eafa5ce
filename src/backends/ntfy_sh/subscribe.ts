import { streamLines } from '../../http/stream.ts'
import { messageOf, TransientError } from '../../platform/errors.ts'
import { asObject } from '../../platform/json.ts'
import { pause, pauseAfter } from '../../platform/retry.ts'
import { authorization } from '../contract/http-options.ts'

/** Where a subscription is, and who reads it. */
export interface Place {
  server: string
  topic: string
  token?: string | undefined
  user?: string | undefined
  password?: string | undefined
  ca?: string | undefined
}

/** A message of the server (docs/subscribe/api.md), its shape not checked. */
export type Message = Record<string, unknown> & { id: string }

export interface Subscriber {
  /** What is to be repeated: an id, a time, a duration, `all` or `none`; asked again for each connection. */
  since(): string
  /** A connection is there. */
  opened?(): void
  /** A connection broke off, or there is none: it is tried again. */
  lost?(why: string): void
  take(message: Message): void
  signal: AbortSignal
  /** Longest pause between two attempts, milliseconds. */
  longestPause?: number
}

/** The server sends something every 45 s; two that are missing mean that the connection is dead, milliseconds. */
export const silence = 90_000

/**
 * Reads a topic until the signal ends that; a connection that breaks off is made again.
 *
 * @throws ConfigError the server refuses
 */
export async function subscribe(place: Place, subscriber: Subscriber): Promise<void> {
  const { signal, longestPause } = subscriber
  let failures = 0
  const settings = { headers: authorization(place), idle: silence, signal, ca: place.ca, service: 'an ntfy server' }
  while (!signal.aborted) {
    const address = `${place.server}/${place.topic}/json?since=${encodeURIComponent(subscriber.since())}`
    try {
      await streamLines(address, settings, {
        opened: () => subscriber.opened?.(),
        line: (text) => {
          failures = 0
          const message = messageIn(text, place.topic)
          if (message !== undefined) subscriber.take(message)
        },
      })
      if (!signal.aborted) subscriber.lost?.('the server has ended the connection')
    } catch (error) {
      if (!(error instanceof TransientError)) throw error
      subscriber.lost?.(messageOf(error))
    }
    await pause(pauseAfter(failures++, longestPause), signal)
  }
}

/** The message on a line, if it is one of this topic; with `also`, other events of messages. */
export function messageIn(line: string, topic: string, also: string[] = []): Message | undefined {
  try {
    const found = asObject(JSON.parse(line))
    if (found === undefined || !['message', ...also].includes(String(found['event']))) return undefined
    return typeof found['id'] === 'string' && found['topic'] === topic ? (found as Message) : undefined
  } catch {
    return undefined
  }
}
