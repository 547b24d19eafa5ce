import type { HttpAnswer } from '../http/exchange.ts'
import { iconAddress } from '../notification/actions.ts'
import { ConfigError, PermanentError, TransientError } from '../platform/errors.ts'
import { asObject, field } from '../platform/json.ts'
import { recipients } from './contract/address.ts'
import { type Context, defineBackend, type OutgoingFile } from './contract/backend.ts'
import { word } from './contract/formats.ts'
import { httpOptions } from './contract/http-options.ts'
import { text } from './contract/options.ts'
import { slackButtons, slackText } from './shared/slack-text.ts'

export default defineBackend({
  name: 'slack',
  title: 'Slack',
  homepage: 'https://docs.slack.dev/reference/methods/chat.postMessage',
  setup: [
    "At https://api.slack.com/apps make an app, give its bot the scope chat:write, and install it in the workspace: the bot's token begins with xoxb-.",
    'Invite the bot to the channel (/invite).',
  ],
  addresses: {
    schemes: ['slack'],
    form: 'slack://xoxb-TOKEN/CHANNEL',
    read(address) {
      const [recipient, ...others] = recipients(address)
      const isToken = address.host.startsWith('xox')
      if (!isToken || recipient === undefined || others.length > 0) return undefined
      return { token: address.host, recipient, thread_ts: address.query['ts'] }
    },
  },
  options: {
    token: text({
      format: word,
      description: "a bot's token with the scope chat:write, from https://api.slack.com/apps",
      required: true,
      secret: true,
      example: 'xoxb-1234-5678-abcdefghij',
    }),
    recipient: text({
      format: { pattern: /^\S+$/, expected: 'expected the id or the name of a channel, without blanks' },
      description: 'a channel, by its id or name',
      required: true,
      example: 'C024BE91L',
      aliases: ['channel'],
    }),
    thread_ts: text({
      format: { pattern: /^\d+\.\d+$/, expected: 'expected the time stamp of a message (1503435956.000247)' },
      description: 'the message to answer',
    }),
    ...httpOptions,
  },
  takesActions: true,
  takesFiles: () => ({ max: 100 * 1024 * 1024 }),
  limits: { title: { max: 150, unit: 'codepoints' }, message: { max: 38_000, unit: 'codepoints' } },
  answer: { json: { ok: true, channel: 'C024BE91L', ts: '1503435956.000247', message: { text: 'Done' } } },
  refusal: { status: 200, json: { ok: false, error: 'invalid_auth' } },
  async send(notification, options, context) {
    const text = slackText(notification)
    const answer = await context.http('https://slack.com/api/chat.postMessage', {
      headers: { authorization: `Bearer ${options.token}` },
      json: {
        channel: options.recipient,
        text,
        ...slackButtons(text, notification.actions),
        icon_url: iconAddress(notification),
        thread_ts: options.thread_ts,
        unfurl_links: false,
        link_names: false,
      },
      accepts: ({ json }) => field(json, 'ok') === true,
      failure: slackFailure,
    })
    const channel = String(field(answer.json, 'channel') ?? options.recipient)
    for (const file of notification.files ?? []) await upload(file, channel, options, context)
    return asObject(answer.json)
  },
  async probe({ token }, context) {
    const answer = await context.http('https://slack.com/api/auth.test', {
      headers: { authorization: `Bearer ${token}` },
      json: {},
      accepts: ({ json }) => field(json, 'ok') === true,
      failure: slackFailure,
    })
    return `the token of ${field(answer.json, 'user') ?? 'a bot'} in ${field(answer.json, 'team') ?? 'a workspace'}`
  },
})

/** In three steps (docs.slack.dev/messaging/working-with-files); the bot needs the scope files:write. */
async function upload(
  { name, type, content }: OutgoingFile,
  channel: string,
  { token, thread_ts }: { token: string; thread_ts?: string | undefined },
  { http }: Context,
): Promise<void> {
  const common = {
    headers: { authorization: `Bearer ${token}` },
    accepts: ({ json }: HttpAnswer) => field(json, 'ok') === true,
    failure: slackFailure,
  }
  const place = await http('https://slack.com/api/files.getUploadURLExternal', {
    ...common,
    form: { filename: name, length: content.length },
  })
  await http(String(field(place.json, 'upload_url')), { headers: { 'content-type': type }, body: content })
  await http('https://slack.com/api/files.completeUploadExternal', {
    ...common,
    json: { files: [{ id: field(place.json, 'file_id'), title: name }], channel_id: channel, thread_ts },
  })
}

const later = 'ratelimited internal_error fatal_error service_unavailable request_timeout team_added_to_org'
const setUp =
  'invalid_auth not_authed account_inactive token_revoked token_expired missing_scope org_login_required ekm_access_denied accesslimited not_allowed_token_type no_permission channel_not_found not_in_channel is_archived'

/** Failures come with status 200: `{"ok":false,"error":"..."}`. */
function slackFailure({ json }: HttpAnswer): Error | undefined {
  const error = field(json, 'error')
  if (field(json, 'ok') !== false || typeof error !== 'string') return undefined
  const reason = `slack: ${error}`
  if (later.split(' ').includes(error)) return new TransientError(reason)
  return setUp.split(' ').includes(error) ? new ConfigError(reason) : new PermanentError(reason)
}
