import { findVerb } from '../cli/arguments.ts'
import { defineCommand } from '../cli/command.ts'
import { keepFlushing } from '../delivery/keep-flushing.ts'
import { type CallHandler, nothingLeft } from '../inbox/handler.ts'
import { giveBackCall, removeCall, type Taken, takeCall } from '../inbox/index.ts'
import { handleLeftOver } from '../inbox/left-over.ts'
import { startReader } from '../inbox/start.ts'
import { inboxFolder } from '../inbox/waiting.ts'
import { outboxFolder } from '../outbox/spool.ts'
import { exitCode } from '../platform/errors.ts'
import { closeInherited } from '../process/launcher.ts'

/** By the verb of the command line. */
const handlers: Record<string, () => Promise<CallHandler>> = {
  send: async () => (await import('./send/later.ts')).sendLater,
  hook: async () => (await import('./hook/later.ts')).hookLater,
}

export default defineCommand({
  name: 'inbox',
  words: '[FILE]',
  summary: 'handle a call that nobody waits for, or those that were left over',
  flags: {
    leave: { kind: 'boolean', description: 'start another process for it, in a session of its own' },
    ask: { kind: 'boolean', description: 'ask for the permission that an agent waits for, and print the decision' },
    keep: { kind: 'boolean', description: 'leave the delivery to the process that asks' },
  },
  maxWords: 1,
  hidden: true,
  async run({ flags, words: [file] }) {
    if (flags.leave) startReader(file)
    else if (flags.ask && file !== undefined) await (await import('./hook/ask.ts')).askFor(file)
    else if (file !== undefined) await handleOne(file, { deliver: !flags.keep })
    else await handleRest()
    return exitCode.ok
  },
})

async function handleOne(file: string, options: { deliver: boolean }): Promise<void> {
  closeInherited()
  const taken = takeCall(file)
  if (taken === undefined) return
  const finish = await handle(taken, options)
  if (finish === undefined) return giveBackCall(taken)
  removeCall(taken)
  await finish()
}

async function handle({ call }: Taken, options: { deliver: boolean }): ReturnType<CallHandler> {
  const load = call && handlers[call.words[findVerb(call.words)] ?? '']
  // Damaged, or of another version: nothing can be made of it.
  if (call === undefined || load === undefined) return nothingLeft
  try {
    process.chdir(call.cwd)
  } catch {}
  const finish = await (await load())(call, options)
  process.chdir('/')
  return finish
}

/** Those that were left over are put into the outbox one after another, and delivered in their order. */
async function handleRest(): Promise<void> {
  const [inbox, outbox] = [inboxFolder(), outboxFolder()]
  if (inbox === undefined || outbox === undefined) return
  await handleLeftOver(inbox)
  await keepFlushing(outbox, new AbortController().signal)
}
