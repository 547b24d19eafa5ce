import type { Report } from './deliver.ts'

/** The sender's lines, as many as come in time. */
export function reportsFrom(stream: NodeJS.ReadableStream | null, expected: number, limit: number): Promise<Report[]> {
  return new Promise((resolve) => {
    if (stream === null) return resolve([])
    let text = ''
    const finish = () => {
      clearTimeout(timer)
      stream.removeAllListeners()
      resolve(text.split('\n').flatMap(parseReport))
    }
    const timer = setTimeout(finish, limit)
    stream.on('data', (chunk: Buffer) => {
      text += chunk
      if (text.split('\n').length > expected) finish()
    })
    stream.on('error', finish)
    stream.on('end', finish)
  })
}

function parseReport(line: string): Report[] {
  try {
    return [JSON.parse(line) as Report]
  } catch {
    return []
  }
}
