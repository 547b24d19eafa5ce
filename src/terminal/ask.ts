import { showProgress } from '../platform/output.ts'

/**
 * Asks the person at the terminal that is our stdin for something that is not to be seen while it is typed.
 *
 * @returns nothing if the question was left with Ctrl-D; Ctrl-C ends ntfy
 */
export async function askHidden(question: string): Promise<string | undefined> {
  const { stdin } = process
  stdin.setEncoding('utf8')
  stdin.setRawMode(true)
  showProgress(question)
  try {
    return await typedLine(stdin)
  } finally {
    stdin.setRawMode(false)
    stdin.pause()
    showProgress('')
  }
}

/** In raw mode the keys that edit a line are ours to understand. */
function typedLine(stdin: NodeJS.ReadStream): Promise<string | undefined> {
  return new Promise((resolve) => {
    let typed: string[] = []
    const done = (line: string | undefined) => {
      stdin.off('data', read)
      stdin.off('end', ended)
      resolve(line)
    }
    const ended = () => done(undefined)
    const read = (data: string) => {
      for (const key of data) {
        if (key === '\r' || key === '\n') return done(typed.join(''))
        if (key === '\x04' && typed.length === 0) return done(undefined)
        if (key === '\x03') {
          stdin.setRawMode(false)
          showProgress('')
          process.kill(process.pid, 'SIGINT')
          return
        }
        if (key === '\x7f' || key === '\b') typed.pop()
        else if (key === '\x15') typed = []
        else if (key >= ' ') typed.push(key)
      }
    }
    stdin.on('data', read)
    stdin.on('end', ended)
    // An earlier question has paused it.
    stdin.resume()
  })
}
