import { ConfigError, TransientError } from '../platform/errors.ts'
import { excerpt } from '../platform/masking.ts'
import { inertAddress } from '../platform/text.ts'
import { defineBackend } from './contract/backend.ts'
import { text } from './contract/options.ts'
import { escapeMarkdown } from './shared/markdown.ts'

export default defineBackend({
  name: 'keybase',
  title: 'Keybase',
  homepage: 'https://book.keybase.io/docs/chat',
  setup: [
    'Install Keybase and log in (keybase login) as the user who runs ntfy; a bot account of its own is better than yours.',
  ],
  options: {
    conversation: text({
      description: 'a user, several with commas, or a team; the program keybase has to be logged in on this machine',
      required: true,
      example: 'alice',
      aliases: ['to', 'recipient', 'team'],
    }),
    channel: text({ description: 'a channel of the team', example: 'ops' }),
    exploding_lifetime: text({
      format: { pattern: /^(?:\d+(?:s|m|h|d))+$/, expected: 'expected a time (30s, 1h, 7d)' },
      description: 'after this time it is deleted: 30s, 1h, 7d',
      example: '1h',
    }),
  },
  limits: { title: { max: 200, unit: 'codepoints' }, message: { max: 4500, unit: 'codepoints' } },
  async send({ title, message, url }, options, context) {
    const { conversation, channel, exploding_lifetime: lifetime } = options
    const link = url === undefined ? '' : `\n${inertAddress(url)}`
    const flags = [
      ...(channel === undefined ? [] : ['--channel', channel]),
      ...(lifetime === undefined ? [] : ['--exploding-lifetime', lifetime]),
    ]
    const body = `*${escapeMarkdown(title)}*\n${escapeMarkdown(message)}${link}`
    // Without a message among its words, which everybody on the machine can see, it reads stdin.
    const words = ['chat', 'send', ...flags, '--', conversation]
    const { status, stderr } = await context.run('keybase', words, { stdin: body })
    if (status === 0) return undefined
    const said = `keybase ended with ${status ?? 'a signal'}: ${excerpt(stderr)}`
    throw /not logged in|login required|no such|not found|not a member/i.test(stderr)
      ? new ConfigError(said)
      : new TransientError(said)
  },
})
