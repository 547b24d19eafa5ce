import { createHash } from 'node:crypto'
import { messageOf, TransientError } from '../../platform/errors.ts'
import { asObject, field, textOf } from '../../platform/json.ts'
import { pause, pauseAfter } from '../../platform/retry.ts'
import type { AskContext } from '../contract/backend.ts'
import type { Flow, Received } from '../contract/receiving.ts'
import { receivedWhole } from '../shared/whole-notification.ts'
import { type AccountOptions, accountOf } from './account.ts'
import type { Call } from './call.ts'
import { notificationIn } from './content.ts'
import { roomId } from './rooms.ts'
import { accountCall } from './session.ts'
import { eventsBefore, slowDown, sync, timelinesIn } from './sync.ts'

/** What is shown, what takes it back, and what nobody but the devices of people can read. */
const kinds = ['m.room.message', 'm.room.redaction', 'm.room.encrypted']

/** How long the homeserver may hold a request back, milliseconds. */
const patience = 30_000

/**
 * Reads rooms: the homeserver's place in them is kept once what lies before it was shown.
 *
 * @throws ConfigError the homeserver refuses
 */
export async function receive(
  options: AccountOptions & { rooms: readonly string[] },
  context: AskContext,
  flow: Flow,
): Promise<void> {
  const { http, waiting, now, signal } = context
  const account = await accountOf(options, context)
  const calls = (client: typeof http) => accountCall(account, { http: client, cache: context.cache, now })
  const call = calls(http)
  const reader = new RoomReader(call, calls(waiting), context, flow)
  for (let failures = 0; !signal.aborted; ) {
    try {
      await reader.begin(options.rooms)
      for (;;) {
        const begun = performance.now()
        const isNews = await reader.read()
        if (signal.aborted || (flow.once && !isNews)) return
        flow.found()
        failures = 0
        if (!isNews) await slowDown(begun, signal)
      }
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof TransientError)) throw error
      flow.lost(messageOf(error))
    }
    await pause(pauseAfter(failures++), signal)
  }
}

class RoomReader {
  readonly #call: Call
  readonly #waiting: Call
  readonly #context: AskContext
  readonly #flow: Flow
  #rooms: string[] | undefined
  #since: string | undefined
  #isWarned = false

  constructor(call: Call, waiting: Call, context: AskContext, flow: Flow) {
    this.#call = call
    this.#waiting = waiting
    this.#context = context
    this.#flow = flow
  }

  get #place() {
    return this.#context.cache(`sync ${this.#rooms?.join()}`)
  }

  /** Where to go on; at the first run from now, or with `--since` from then. */
  async begin(names: readonly string[]): Promise<void> {
    if (this.#since !== undefined) return
    const rooms = await Promise.all(names.map((name) => roomId(this.#call, name)))
    this.#rooms = rooms
    const kept = field(asObject(this.#place.read()), 'since')
    const { since: time } = this.#flow
    if (typeof kept === 'string' && time === undefined) {
      this.#since = kept
      return
    }
    const now = await sync(this.#call, kinds, { timeout: 0, rooms })
    if (time !== undefined) {
      const isWanted = (event: unknown) => Number(textOf(field(event, 'origin_server_ts'))) >= time * 1000
      const place = String(now['next_batch'])
      for (const room of rooms) {
        await this.#take(room, await eventsBefore(this.#call, room, place, kinds, isWanted))
      }
    }
    this.#keep(String(now['next_batch']))
  }

  /** Waits for what comes next, and takes it. @returns whether there was anything */
  async read(): Promise<boolean> {
    const { once } = this.#flow
    const rooms = this.#rooms ?? []
    const since = this.#since ?? ''
    const answer = await sync(once ? this.#call : this.#waiting, kinds, { since, timeout: once ? 0 : patience, rooms })
    const timelines = timelinesIn(answer).filter(({ room }) => rooms.includes(room))
    for (const { room, events, gap } of timelines) {
      const missed = gap === undefined ? [] : await eventsBefore(this.#call, room, gap, kinds, () => true, since)
      await this.#take(room, [...missed, ...events])
    }
    this.#keep(String(answer['next_batch']))
    return since !== this.#since && timelines.some(({ events }) => events.length > 0)
  }

  async #take(room: string, events: unknown[]): Promise<void> {
    if (!this.#isWarned && events.some((event) => field(event, 'type') === 'm.room.encrypted')) {
      this.#isWarned = true
      this.#context.debug(`${room} is encrypted: what is written there is not shown`)
    }
    const received = events.flatMap((event) => receivedOf(event, room) ?? [])
    if (received.length > 0) await this.#flow.take(received)
  }

  #keep(since: string): void {
    if (this.#flow.cursor() === undefined) this.#flow.begin('sync')
    if (since === this.#since) return
    this.#since = since
    this.#place.write({ since })
  }
}

/** Client-server API, "m.room.message", "m.room.redaction" and "Event replacements". */
function receivedOf(event: unknown, room: string): Received | undefined {
  const id = field(event, 'event_id')
  const content = field(event, 'content')
  if (typeof id !== 'string') return undefined
  const known = { id, time: Math.floor(Number(textOf(field(event, 'origin_server_ts'))) / 1000), tags: [], hops: 0 }
  const text = { title: textOf(field(event, 'sender')), message: '', priority: 'default' as const }
  if (field(event, 'type') === 'm.room.redaction') {
    const redacted = field(event, 'redacts') ?? field(content, 'redacts')
    return { ...known, ...text, thread: threadOf(room, textOf(redacted)), withdraws: true }
  }
  if (field(event, 'type') !== 'm.room.message') return undefined
  const replaced = field(content, 'm.relates_to', 'rel_type') === 'm.replace'
  const thread = threadOf(room, replaced ? textOf(field(content, 'm.relates_to', 'event_id')) : id)
  const said = replaced ? field(content, 'm.new_content') : content
  const whole = notificationIn(said)
  if (whole !== undefined) return { ...known, ...text, thread, ...receivedWhole(whole), id }
  const body = field(said, 'body')
  return typeof body === 'string' && body !== '' ? { ...known, ...text, thread, message: body } : undefined
}

/** What replaces, or takes back, an event is of its thread. */
function threadOf(room: string, event: string): string {
  return `received-${createHash('sha256').update(`${room} ${event}`).digest('hex').slice(0, 32)}`
}
