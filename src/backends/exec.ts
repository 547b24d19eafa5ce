import { hasFailed } from '../notification/index.ts'
import { ConfigError, PermanentError, TransientError } from '../platform/errors.ts'
import { excerpt } from '../platform/masking.ts'
import { oneLine } from '../platform/text.ts'
import { defineBackend } from './contract/backend.ts'
import { words } from './contract/options.ts'

/** Exit codes of a program that mean something to us (sysexits.h). */
const temporary = [75]
const misconfigured = [77, 78]

/** Linux takes 128 kB for a variable with its name, in bytes. */
const longestVariable = 100_000

export default defineBackend({
  name: 'exec',
  title: 'A program of yours',
  homepage: 'https://man7.org/linux/man-pages/man3/sysexits.h.3head.html',
  setup: [
    'Write a program that reads the notification as JSON on stdin, or in NTFY_TITLE and NTFY_MESSAGE, and exits with 0 once it has handled it.',
  ],
  options: {
    command: words({
      description:
        'the program and its arguments; no shell is used. It gets the notification as JSON on stdin and in NTFY_TITLE, NTFY_MESSAGE and the like, and runs in the folder of the configuration; exit 0 took it, 75 asks for another try, 77 and 78 for a better configuration',
      required: true,
      names: 'program',
      example: ['/usr/local/bin/notify-me', '--loud'],
    }),
  },
  limits: { title: { max: 4096, unit: 'bytes' }, message: { max: longestVariable, unit: 'bytes' } },
  async send(notification, { command }, context) {
    const [program = '', ...args] = command
    const { id, title, message, priority, tags, outcome } = notification
    const whole = JSON.stringify({ ...notification, id: context.id, notification: id })
    const { status, stderr } = await context.run(program, args, {
      stdin: whole,
      env: {
        NTFY_ID: context.id,
        NTFY_TITLE: title,
        NTFY_MESSAGE: message,
        NTFY_PRIORITY: priority,
        NTFY_TAGS: oneLine(tags.join(',')),
        NTFY_RETCODE: String(outcome?.status ?? (hasFailed(notification) ? 1 : 0)),
        ...(Buffer.byteLength(whole) < longestVariable && { NTFY_RAW: whole }),
      },
    })
    if (status === 0) return undefined
    const said = excerpt(stderr)
    const reason = `${program} ${status === undefined ? 'was ended by a signal' : `ended with ${status}`}${said && `: ${said}`}`
    if (status === undefined || temporary.includes(status)) throw new TransientError(reason)
    if (misconfigured.includes(status)) throw new ConfigError(reason)
    throw new PermanentError(reason)
  },
})
