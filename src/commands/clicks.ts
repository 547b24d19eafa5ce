import { bringToFront } from '../away/bring-to-front.ts'
import { defineCommand } from '../cli/command.ts'
import { listen } from '../desktop/clicks.ts'
import { openAddress } from '../desktop/open.ts'
import { exitCode } from '../platform/errors.ts'
import { readInput } from '../platform/input.ts'
import { noteSeen } from '../shell/seen.ts'

/** What a click brings about takes no longer than this, milliseconds. */
const patience = 2000

/** Most that comes by stdin, in bytes. */
const mostInput = 1024 * 1024

export default defineCommand({
  name: 'clicks',
  words: '',
  summary: 'wait for clicks on the notifications on the desktop; descriptor 3 is the connection to the session bus',
  flags: {},
  maxWords: 0,
  hidden: true,
  async run() {
    await listen(3, JSON.parse(readInput(mostInput).text), {
      clicked: ({ terminal }) => bringToFront(terminal, AbortSignal.timeout(patience)),
      opened: openAddress,
      seen: ({ notification }) => noteSeen(notification),
    })
    return exitCode.ok
  },
})
