import { fallbackOf } from '../outbox/fallback.ts'
import { finish, put, release } from '../outbox/index.ts'
import { ruleTime, type Waiting } from '../outbox/schedule.ts'
import { configStamp } from '../outbox/stamp.ts'
import { hasReturned } from '../rules/returned.ts'
import { type HeldUntil, heldUntilNow } from './held-until.ts'
import { ofRanks, together } from './join.ts'
import { keepingTrouble } from './settle.ts'
import { giveBack, makeReady, renewed, take } from './taken.ts'

/**
 * Does what the rules have to do by now: what was held is made ready to be sent, many of a target as one; what waited
 * too long for its target goes to the fallback.
 *
 * @param options.held also what is held for longer
 * @returns the ids of what has become ready
 */
export async function releaseDue(folder: string, waiting: Waiting[], options: { held: boolean }): Promise<string[]> {
  const now = Date.now()
  const isDue = (one: Waiting) => one.state === 'held' && (options.held || (ruleTime(one) ?? now) <= now)
  const ready: string[] = []
  for (const one of waiting) {
    if (one.fallbackAfter !== undefined && one.state !== 'held' && Date.parse(one.fallbackAfter) <= now) {
      ready.push(...giveToFallback(folder, one))
    }
  }
  const due: Waiting[] = []
  const heldUntil = heldUntilNow()
  for (const one of waiting.filter(isDue)) {
    const isEarly = !options.held && Date.parse(one.next) > now && Date.parse(one.created) <= now
    if (!isEarly || !(await staysHeld(folder, one, heldUntil))) due.push(one)
  }
  for (const one of due.filter(waitsForNobody)) ready.push(...(await escalate(folder, one)))
  for (const one of due.filter(isScheduled)) {
    const taken = take(folder, one)
    if (taken !== undefined) ready.push(...makeReady(folder, taken))
  }
  for (const group of byRun(waiting, due)) ready.push(...(await ofRanks(folder, group)))
  const joined = due.filter((one) => !waitsForNobody(one) && !isScheduled(one) && one.rule !== 'ranks')
  for (const group of byTarget(joined)) {
    ready.push(...(await together(folder, group)))
  }
  return ready
}

/** The configuration has changed since: does a rule hold it still? Then it is kept until the time that holds now. */
async function staysHeld(folder: string, one: Waiting, heldUntil: HeldUntil): Promise<boolean> {
  if (waitsForNobody(one)) return true
  const until = await heldUntil(one)
  if (until === undefined) return false
  const taken = take(folder, one)
  if (taken === undefined) return true
  const next = until.toISOString()
  keepingTrouble(() => release(folder, taken.entry, { ...taken.delivery, next, configStamp: configStamp(one.config) }))
  return true
}

/** It is needed only if nobody has come, or answered, until then. */
function waitsForNobody({ rule }: Waiting): boolean {
  return rule === 'escalate' || rule === 'settle'
}

/** Its time was chosen for itself: it is no part of a digest. */
function isScheduled({ rule }: Waiting): boolean {
  return rule === 'at'
}

/** It stays where it is, and is tried further: the fallback has it once. */
function giveToFallback(folder: string, one: Waiting): string[] {
  const taken = take(folder, one)
  const fallback = taken && fallbackOf(taken.delivery)
  if (taken === undefined || fallback === undefined) return giveBack(folder, taken)
  const { fallback: _, ...rest } = taken.delivery
  const next = renewed(fallback)
  if (put(folder, [next], { claimed: false, replacing: true }).entries[0] === undefined) return giveBack(folder, taken)
  keepingTrouble(() => release(folder, taken.entry, rest))
  return [next.id]
}

async function escalate(folder: string, one: Waiting): Promise<string[]> {
  const taken = take(folder, one)
  if (taken === undefined) return []
  // Who has it sent before its time does not ask whether somebody came back.
  const early = Date.parse(one.next) > Date.now()
  const why = early ? undefined : await hasReturned(taken.delivery)
  if (why === undefined) return makeReady(folder, taken)
  keepingTrouble(() => finish(folder, taken.entry))
  return []
}

/** With the first failure that is due, those of its run that are held by now. */
function byRun(waiting: Waiting[], due: Waiting[]): Waiting[][] {
  const runs = new Set(due.flatMap(({ rule, group }) => (rule === 'ranks' ? group : [])))
  return byTarget(
    waiting.filter(({ state, rule, group = '' }) => state === 'held' && rule === 'ranks' && runs.has(group)),
  )
}

function byTarget(waiting: Waiting[]): Waiting[][] {
  const groups = new Map<string, Waiting[]>()
  for (const one of waiting) {
    const key = JSON.stringify([one.target, one.backend, one.config, one.group])
    const group = groups.get(key)
    if (group) group.push(one)
    else groups.set(key, [one])
  }
  return [...groups.values()]
}
