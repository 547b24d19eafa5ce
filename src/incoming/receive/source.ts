import type { Cache } from '../../backends/contract/backend.ts'
import type { Flow, Received } from '../../backends/contract/receiving.ts'
import { asObject } from '../../platform/json.ts'
import { say } from '../../platform/output.ts'

/** So many ids are remembered: a server that has forgotten the last one gives all that it has. */
const mostIds = 2000

/** More than that come as one. */
const mostAtOnce = 5

/** What is kept of a source. */
interface State {
  cursor?: string
  /** The ids of the last ones, the oldest first. */
  ids: string[]
  /** Those of a digest that is being shown, and its id. */
  digest?: { id: string; ids: string[] }
}

export interface SourceParts {
  name: string
  /** Where its state is kept. */
  cache: Cache
  since: number | undefined
  once: boolean
  show(message: Received, id: string): Promise<void>
  showDigest(messages: Received[], id: string): Promise<void>
  /** The id of the delivery for a message, the same whenever it is made. */
  idOf(message: string): string
  /** Whether a process that was killed got as far as this delivery. */
  isKnown(id: string): boolean
}

/** What arrives at one target, each once: what is shown is on disk before it is forgotten at the source. */
export function openSource(parts: SourceParts): Flow {
  const { cache, name, show, showDigest, idOf } = parts
  const state = stateIn(cache.read())
  const known = new Set(state.ids)
  let isRecovering = true
  let isLost = false
  const isFirst = (message: Received) => {
    if (!isRecovering) return true
    return !parts.isKnown(idOf(message.id))
  }
  const keep = (messages: Received[]) => {
    for (const { id } of messages) if (!known.has(id)) state.ids.push(id)
    for (const { id } of messages) known.add(id)
    for (const id of state.ids.splice(0, Math.max(0, state.ids.length - mostIds))) known.delete(id)
    state.cursor = messages.at(-1)?.id ?? state.cursor ?? 'all'
    cache.write(state)
  }
  finishDigest(state, known, parts)
  return {
    cursor: () => state.cursor,
    since: parts.since,
    once: parts.once,
    begin(cursor) {
      state.cursor = cursor
      cache.write(state)
    },
    async take(messages) {
      const fresh = messages.filter(({ id }) => !known.has(id))
      const news = withoutWithdrawn(fresh)
      if (news.length > mostAtOnce) {
        const id = idOf(`digest ${fresh.map((one) => one.id).join(' ')}`)
        state.digest = { id, ids: fresh.map((one) => one.id) }
        cache.write(state)
        await showDigest(news, id)
        delete state.digest
        keep(fresh)
      } else {
        for (const message of fresh) {
          if (known.has(message.id)) continue
          if (isFirst(message) && (message.withdraws || news.includes(message))) await show(message, idOf(message.id))
          keep([message])
        }
      }
      isRecovering = false
    },
    lost(why) {
      if (!isLost) say.warning(`${name}: ${why}; waiting for it`)
      isLost = true
    },
    found() {
      if (isLost) say.info(`${name}: it is back`)
      isLost = false
    },
  }
}

/** What nobody has taken back since. */
function withoutWithdrawn(messages: Received[]): Received[] {
  const taken = new Set<string>()
  const isNews = ({ withdraws, thread }: Received) => {
    if (withdraws && thread !== undefined) taken.add(thread)
    return !withdraws && (thread === undefined || !taken.has(thread))
  }
  return messages.toReversed().filter(isNews).reverse()
}

/** A digest that a process which was killed has stored is not made again of what is in it and what came since. */
function finishDigest(state: State, known: Set<string>, { cache, isKnown }: SourceParts): void {
  const { digest } = state
  if (digest === undefined) return
  delete state.digest
  if (isKnown(digest.id)) {
    state.ids = [...state.ids, ...digest.ids].slice(-mostIds)
    for (const id of digest.ids) known.add(id)
    state.cursor = digest.ids.at(-1) ?? state.cursor ?? 'all'
  }
  cache.write(state)
}

/** Anybody may have written the file: what is no state of ours counts as none. */
function stateIn(value: unknown): State {
  const { cursor, ids, digest } = asObject(value) ?? {}
  const texts = (list: unknown) =>
    Array.isArray(list) ? list.filter((one): one is string => typeof one === 'string') : []
  const pending = asObject(digest)
  return {
    ...(typeof cursor === 'string' && { cursor }),
    ids: texts(ids).slice(-mostIds),
    ...(typeof pending?.['id'] === 'string' && { digest: { id: pending['id'], ids: texts(pending['ids']) } }),
  }
}
