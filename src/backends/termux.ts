import type { Priority } from '../notification/index.ts'
import { TransientError } from '../platform/errors.ts'
import { excerpt } from '../platform/masking.ts'
import { defineBackend } from './contract/backend.ts'
import { boolean, text } from './contract/options.ts'

export default defineBackend({
  name: 'termux',
  title: 'Termux (Android)',
  homepage: 'https://wiki.termux.com/wiki/Termux-notification',
  setup: ['Install the app Termux:API, and in Termux the package termux-api.'],
  options: {
    group: text({ description: 'notifications of a group stand together' }),
    vibrate: text({
      format: { pattern: /^\d+(?:, *\d+)*$/, expected: 'expected milliseconds, with commas between them' },
      description: 'milliseconds of vibration and pause, with commas',
      example: '500,1000,200',
    }),
    sound: boolean({ description: 'with a sound', default: false }),
    action: text({ description: 'what to run when it is pressed', names: 'program' }),
    ongoing: boolean({ description: 'stays until it is removed', default: false }),
  },
  local: true,
  limits: { title: { max: 500, unit: 'codepoints' }, message: { max: 5000, unit: 'codepoints' } },
  async send(notification, { group, vibrate, sound, action, ongoing }, context) {
    const { title, message, priority, thread } = notification
    const words = ['--title', title, '--priority', level[priority], '--id', thread ?? context.id]
    if (group !== undefined) words.push('--group', group)
    if (vibrate !== undefined) words.push('--vibrate', vibrate)
    if (sound) words.push('--sound')
    if (ongoing) words.push('--ongoing')
    if (action !== undefined) words.push('--action', action)
    // Without --content it reads stdin; of the title there is no way but a word. No app of Android sees another's words.
    const { status, stderr } = await context.run('termux-notification', words, { stdin: message })
    if (status !== 0) throw new TransientError(`termux-notification ended with ${status}: ${excerpt(stderr)}`)
    return undefined
  },
})

const level: Record<Priority, string> = { min: 'min', low: 'low', default: 'default', high: 'high', urgent: 'max' }
