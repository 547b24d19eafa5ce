import type { Call } from './call.ts'

/**
 * Makes of a call what it would have been if somebody had waited for it. A call may be handled again after a crash, so
 * what it leaves must be recognized then: ids come from the call's. Mistakes in it are the handler's to write down.
 *
 * @param options.deliver false: what goes into the outbox is delivered by the process that asks, in its order
 * @returns what is left to do when the call has left the inbox; nothing if it cannot be kept now and has to stay there
 */
export type CallHandler = (call: Call, options: { deliver: boolean }) => Promise<(() => Promise<void>) | undefined>

/** For what is done with when it leaves the inbox. */
export async function nothingLeft(): Promise<void> {}
