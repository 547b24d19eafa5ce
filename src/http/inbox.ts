import type { Socket } from 'node:net'

/** What a server says, message by message. */
export interface Inbox<M> {
  /**
   * The next message.
   *
   * @throws what ended the connection, when everything that came before has been taken
   */
  next(): Promise<M>
  /** Reads no further: something else takes the connection over. */
  release(): void
}

/** A server that says more than this to a client that only delivers is none, in bytes. */
const mostBytes = 8 * 1024 * 1024

/** So many messages wait to be taken, at most: small ones take far more memory than what arrived. */
const mostWaiting = 4096

/** Collects what arrives on a connection. `parse` gets its pieces and returns the messages that they complete. */
export function openInbox<M>(socket: Socket, parse: (piece: Buffer) => M[]): Inbox<M> {
  const messages: M[] = []
  let bytes = 0
  let failure: unknown
  let wake = () => {}
  const fail = (error: unknown) => {
    failure ??= error
    wake()
  }
  const end = () => fail(Object.assign(new Error('the connection broke off'), { code: 'ECONNRESET' }))
  const read = (piece: Buffer) => {
    try {
      bytes += piece.length
      if (bytes > mostBytes) throw new Error('the server sends without end')
      messages.push(...parse(piece))
      if (messages.length > mostWaiting) throw new Error('the server sends without end')
      wake()
    } catch (error) {
      fail(error)
      socket.destroy()
    }
  }
  socket.on('data', read).on('error', fail).on('end', end).on('close', end)
  return {
    async next() {
      for (;;) {
        const message = messages.shift()
        if (message !== undefined) return message
        if (failure !== undefined) throw failure
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
    release: () => void socket.off('data', read).off('end', end).off('close', end),
  }
}
