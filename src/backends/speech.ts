import { TransientError } from '../platform/errors.ts'
import { excerpt } from '../platform/masking.ts'
import { oneLine } from '../platform/text.ts'
import { defineBackend } from './contract/backend.ts'
import { number, text } from './contract/options.ts'

/** Milliseconds: an hour later, speech would only startle. */
const keepFor = 5 * 60_000

export default defineBackend({
  name: 'speech',
  title: 'Speech',
  homepage: 'https://github.com/espeak-ng/espeak-ng',
  setup: ['Install espeak-ng (Debian: apt install espeak-ng); macOS has say.'],
  options: {
    voice: text({ description: 'a voice of espeak-ng (en-gb, de) or of say (Samantha)' }),
    rate: number({ description: 'words in a minute', min: 80, max: 500 }),
    program: text({
      description: 'espeak-ng, espeak or say; else the one of this system',
      names: 'program',
      example: 'espeak-ng',
    }),
  },
  local: true,
  keepFor,
  limits: { title: { max: 100, unit: 'codepoints' }, message: { max: 300, unit: 'codepoints' } },
  async send({ title, message }, { voice, rate, program }, context) {
    const speaker = program ?? (process.platform === 'darwin' ? 'say' : 'espeak-ng')
    const isSay = speaker.endsWith('say')
    const words = [
      ...(voice === undefined ? [] : ['-v', voice]),
      ...(rate === undefined ? [] : [isSay ? '-r' : '-s', String(rate)]),
      ...(isSay ? ['-f', '-'] : ['--stdin']),
    ]
    // By stdin nothing in the text can be an option; say and espeak end there.
    const { status, stderr } = await context.run(speaker, words, { stdin: `${oneLine(title)}.\n${message}\n` })
    if (status !== 0) {
      throw new TransientError(`${speaker} ended with ${status ?? 'a signal'}: ${excerpt(stderr)}`)
    }
    return undefined
  },
})
