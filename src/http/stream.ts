import { type HttpAnswer, type HttpSettings, prepare, readAnswer } from './exchange.ts'
import { failureOf, networkFailure } from './index.ts'

/** A longer line is none of the service's, in bytes: it is left out. */
const longestLine = 256 * 1024

export interface StreamSettings extends HttpSettings {
  headers: Record<string, string>
  /** Nothing heard for so long means that the connection is dead, milliseconds. */
  idle: number
  failure?: (answer: HttpAnswer) => Error | undefined
}

/**
 * Reads an answer that goes on for as long as both sides like, line by line.
 *
 * @returns when the server has ended it, or the signal
 * @throws as the client of `httpClient` does
 */
export async function streamLines(
  address: string,
  settings: StreamSettings,
  hear: { opened?(): void; line(text: string): void },
): Promise<void> {
  const url = new URL(address)
  try {
    const answer = await read(url, settings, hear)
    if (answer !== undefined) throw settings.failure?.(answer) ?? failureOf(address, answer, settings)
  } catch (error) {
    if (settings.signal.aborted) return
    throw networkFailure(url, error, { ...settings, written: false })
  }
}

/** @returns an answer that is no stream */
async function read(
  url: URL,
  settings: StreamSettings,
  hear: { opened?(): void; line(text: string): void },
): Promise<HttpAnswer | undefined> {
  const { start, options } = await prepare(url, { method: 'GET', headers: settings.headers }, settings)
  return new Promise((resolve, reject) => {
    const outgoing = start({ ...options, signal: settings.signal }, (incoming) => {
      if (incoming.statusCode !== 200) return readAnswer(incoming, resolve, reject)
      hear.opened?.()
      const lines = lineReader(hear.line)
      incoming.on('data', (chunk: Buffer) => {
        timer.refresh()
        lines(chunk)
      })
      incoming.on('error', reject)
      incoming.on('close', () => resolve(undefined))
    })
    const timer = setTimeout(() => outgoing.destroy(new Error(`silent for ${settings.idle / 1000} s`)), settings.idle)
    outgoing.on('error', reject)
    outgoing.on('close', () => clearTimeout(timer))
    outgoing.end()
  })
}

function lineReader(take: (line: string) => void): (chunk: Buffer) => void {
  let pieces: Buffer[] = []
  let size = 0
  return (chunk) => {
    let from = 0
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      size += at - from
      if (size <= longestLine) take(Buffer.concat([...pieces, chunk.subarray(from, at)]).toString('utf8'))
      pieces = []
      size = 0
      from = at + 1
    }
    size += chunk.length - from
    // The rest of a line that is too long is read and forgotten.
    if (size <= longestLine) pieces.push(chunk.subarray(from))
    else pieces = []
  }
}
