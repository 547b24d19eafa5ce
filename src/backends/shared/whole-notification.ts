import { priorities } from '../../notification/index.ts'
import { textsOf } from '../../platform/json.ts'
import type { Outgoing } from '../contract/backend.ts'
import type { Received } from '../contract/receiving.ts'

/** A notification as JSON, for another ntfy: where it was made, and how the command ended that it is about. */
export function wholeNotification(notification: Outgoing): Record<string, unknown> {
  const { terminal: _, files: _files, thread, origin, outcome, ...rest } = notification
  return {
    ...rest,
    ...origin,
    ...outcome,
    ...(thread !== undefined && { thread: hashOf(thread, origin.host) }),
  }
}

/** Of which thread it is, for whoever receives it, without saying what ours are called. */
function hashOf(thread: string, host: string): string {
  const { createHash } = process.getBuiltinModule('node:crypto')
  return createHash('sha256').update(`${host} ${thread}`).digest('hex').slice(0, 32)
}

/** What such JSON says of a notification, as far as it is well-formed; nothing of it is trusted. */
export function receivedWhole(
  whole: Record<string, unknown>,
): Omit<Received, 'id' | 'message' | 'title'> & { id?: string; title?: string; message?: string } {
  const word = (name: string) => (typeof whole[name] === 'string' ? (whole[name] as string) : undefined)
  const { tags, hops } = whole
  const texts = { id: word('id'), title: word('title'), message: word('message'), url: word('url'), host: word('host') }
  const thread = word('thread')
  return {
    ...(Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== undefined)) as { id?: string }),
    time: Math.floor(Date.parse(word('time') ?? '') / 1000) || 0,
    priority: priorities.find((one) => one === word('priority')) ?? 'default',
    tags: textsOf(tags),
    ...(thread !== undefined && /^[0-9a-f]{32}$/.test(thread) && { thread: `received-${thread}` }),
    outcome: outcomeOf(whole),
    hops: typeof hops === 'number' ? Math.max(0, hops) : 0,
  }
}

function outcomeOf({ command, status, signal, durationMs }: Record<string, unknown>): NonNullable<Received['outcome']> {
  return {
    ...(typeof command === 'string' && { command }),
    ...(typeof status === 'number' && Number.isInteger(status) && { status }),
    ...(typeof signal === 'string' && /^SIG[A-Z0-9]+$/.test(signal) && { signal }),
    ...(typeof durationMs === 'number' && { durationMs }),
  }
}
