import { findVerb, quickInvocation, splitArguments } from '../../cli/arguments.ts'
import type { Typed } from '../../cli/command.ts'
import { attemptAll, spool, spoolHeld } from '../../delivery/deliver.ts'
import { followUp } from '../../delivery/keep-flushing.ts'
import { noteLost } from '../../history/log.ts'
import { idsOf, isKnown } from '../../inbox/again.ts'
import { type Call, longestInput } from '../../inbox/call.ts'
import { type CallHandler, nothingLeft } from '../../inbox/handler.ts'
import { makeNotification, originHere } from '../../notification/create.ts'
import type { Delivery } from '../../outbox/delivery.ts'
import { fail, put } from '../../outbox/index.ts'
import { outboxFolder } from '../../outbox/spool.ts'
import { messageOf } from '../../platform/errors.ts'
import { withoutEnd } from '../../platform/text.ts'
import { terminalOf } from '../../process/proc.ts'
import { type Composed, compose, type sendFlags } from './compose.ts'
import send from './index.ts'

/** `send --no-wait` as if it had been typed when it was called. */
export const sendLater: CallHandler = async (call, { deliver }) => {
  const idFor = idsOf(call.id)
  let composed: Composed
  try {
    const typed = await parse(call)
    if (typed === undefined) return nothingLeft
    composed = await compose(typed, messageOfCall(typed.words, call), { ...momentOf(call), idFor })
  } catch (error) {
    noteMistake(call, messageOf(error), idFor)
    return nothingLeft
  }
  const { config, planned } = composed
  const isNew = (delivery: Delivery) => !isKnown(delivery)
  const [now, held] = [planned.now.filter(isNew), planned.held.filter(isNew)]
  const spooled = [...spoolHeld(held), ...spool(now, { claimed: deliver })]
  if (spooled.some(({ location }) => location === undefined)) return undefined
  return async () => {
    const reports = deliver ? await attemptAll(spooled, { foreground: false, fresh: true, config }) : []
    followUp(reports, planned.held.length > 0)
  }
}

/** The same parts that the command gets; nothing if only help was wanted. */
async function parse({ words }: Call): Promise<Typed<typeof sendFlags> | undefined> {
  const split = splitArguments(words, findVerb(words), send)
  const typed = quickInvocation(split, send)
  if (typed !== undefined) return typed as Typed<typeof sendFlags>
  const { parseWithYargs } = await import('../../cli/parser.ts')
  return (await parseWithYargs(split, send)) as Typed<typeof sendFlags> | undefined
}

function messageOfCall(words: string[], { input }: Call): string {
  const isPiped = words.length === 0 || (words.length === 1 && words[0] === '-')
  return isPiped ? withoutEnd(input.subarray(0, longestInput).toString('utf8'), '\r\n') : words.join(' ')
}

function momentOf({ time, cwd, caller, stat }: Call) {
  const here = originHere()
  const tty = stat && terminalOf(stat)
  return {
    time: time.toISOString(),
    // The folder may be gone by now.
    origin: { ...here, cwd: here.cwd === '/' && cwd !== '' ? cwd : here.cwd },
    ...(tty !== undefined && { terminal: { tty, shellPid: caller } }),
  }
}

/** Nobody reads stderr: a mistake is a line in the log, and a failure in the queue for each target that was named. */
function noteMistake(call: Call, error: string, idFor: (target: string) => string): void {
  const { targets, title, words } = splitSafely(call)
  const named = targets.length > 0 ? targets : ['default']
  const message = messageOfCall(words, call)
  const notification = makeNotification('send', message, momentOf(call))
  for (const target of named) {
    const { time } = notification
    const common = { version: 1, id: idFor(target), target, backend: target, created: time, next: time } as const
    const titled = { ...notification, title: title ?? 'ntfy send --no-wait' }
    keepFailed({ ...common, tries: 0, state: 'failed', error, notification: titled })
  }
  noteLost({ id: call.id, title: ['ntfy', ...call.words].join(' '), time: notification.time, error })
}

/** As far as it can be understood: otherwise all of the words are the message. */
function splitSafely({ words }: Call): { targets: string[]; title?: string | undefined; words: string[] } {
  try {
    const split = splitArguments(words, findVerb(words), send)
    const typed = quickInvocation(split, send)
    const targets = split.targets.map(({ name }) => name)
    return { targets, title: typed?.global.title, words: typed?.words ?? words }
  } catch {
    return { targets: [], words }
  }
}

function keepFailed(delivery: Delivery): void {
  const folder = outboxFolder()
  if (folder === undefined || isKnown(delivery)) return
  const { entries } = put(folder, [delivery], { claimed: true })
  if (entries[0] === undefined) return
  try {
    fail(folder, entries[0], delivery)
  } catch {}
}
