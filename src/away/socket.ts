import { connect } from 'node:net'

/** No reply to our requests is nearly as long, in bytes. */
const longestAnswer = 8 * 1024 * 1024

/**
 * Sends a request to a unix socket and gives back the answer, once `isWhole` says that it is one, or at its end.
 *
 * @param path an abstract socket begins with NUL
 */
export function exchange(
  path: string,
  request: Buffer | string,
  isWhole: (answer: Buffer) => boolean,
  signal: AbortSignal,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path })
    const abort = () => socket.destroy(new Error('no answer in time'))
    signal.addEventListener('abort', abort, { once: true })
    let answer: Buffer = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk])
      if (isWhole(answer) || answer.length > longestAnswer) socket.destroy()
    })
    socket.on('error', reject)
    socket.on('close', () => {
      signal.removeEventListener('abort', abort)
      resolve(answer)
    })
    socket.write(request)
    if (signal.aborted) abort()
  })
}
