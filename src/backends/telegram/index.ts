import { fitRendered } from '../../notification/fit.ts'
import { asObject, field } from '../../platform/json.ts'
import { callingNobody, inertAddress } from '../../platform/text.ts'
import { recipients } from '../contract/address.ts'
import { type Context, defineBackend, type Outgoing, type OutgoingFile } from '../contract/backend.ts'
import { httpOptions } from '../contract/http-options.ts'
import { boolean, list, number, server, text } from '../contract/options.ts'
import { ask } from './ask.ts'
import { botFailure } from './failure.ts'
import { readTelegramIni } from './ini.ts'

export default defineBackend({
  name: 'telegram',
  title: 'Telegram',
  homepage: 'https://core.telegram.org/bots/api#sendmessage',
  setup: [
    'Write to @BotFather, /newbot: it answers with the token.',
    'Write a word to your bot, then open https://api.telegram.org/botTOKEN/getUpdates: `chat` has the `id`.',
  ],
  addresses: {
    schemes: ['tgram'],
    form: 'tgram://TOKEN/CHAT',
    read(address) {
      const { authority, query } = address
      const [chat = '', ...others] = recipients(address)
      const [, id = '', topic] = /^(.*?)(?::(\d+))?$/.exec(chat) ?? []
      if (id === '' || others.length > 0) return undefined
      return {
        token: authority.replace(/^bot/, ''),
        chat_id: /^(?:-?\d+|@.*)$/.test(id) ? id : `@${id}`,
        message_thread_id: query['topic'] ?? query['thread'] ?? topic,
        silent: query['silent'],
      }
    },
  },
  options: {
    token: text({
      format: { pattern: /^\d+:[\w-]+$/, expected: 'expected the token of a bot (123456:ABC-DEF1234ghIkl)' },
      description: 'the token of a bot, from @BotFather; else that of telegram.ini beside the configuration',
      required: 'to send',
      secret: true,
      example: '123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11',
      aliases: ['telegram_bot_token'],
    }),
    chat_id: text({
      format: { pattern: /^(?:-?\d+|@\w+)$/, expected: 'expected a number, or @channel' },
      description: 'the chat it goes to: a number, or @channel',
      required: 'to send',
      example: '987654321',
      aliases: ['default_recipient_telegram'],
    }),
    message_thread_id: number({ description: 'a topic of the chat' }),
    silent: boolean({ description: 'without a sound; messages of low priority always are', default: false }),
    answer_from: list({
      format: { pattern: /^(?:\d+|@?\w+)$/, expected: 'expected the number of a user, or @name' },
      description: 'who may answer a question of `ntfy ask`: numbers or @names; anybody in the chat if not given',
    }),
    base_url: server({
      description: 'the address of a Bot API server of your own',
      default: 'https://api.telegram.org',
    }),
    ...httpOptions,
  },
  // dschep/ntfy had telegram-send keep them there.
  inherited: readTelegramIni,
  // Title, newline and message are one text of 4096 UTF-16 units.
  takesActions: true,
  takesFiles: () => ({ max: 50 * 1024 * 1024 }),
  limits: { title: { max: 255, unit: 'utf16' }, message: { max: 3840, unit: 'utf16' } },
  answer: { json: { ok: true, result: { message_id: 42, chat: { id: 987654321 } } } },
  refusal: { status: 401, json: { ok: false, error_code: 401, description: 'Unauthorized' } },
  async send(notification, options, context) {
    let moved: unknown
    const post = (chat: string) =>
      context.http(`${options.base_url}/bot${options.token}/sendMessage`, {
        json: {
          chat_id: chat,
          ...textOf(notification),
          message_thread_id: options.message_thread_id,
          disable_notification: options.silent || notification.priority === 'min' || notification.priority === 'low',
          link_preview_options: { is_disabled: true },
          reply_markup: keyboardOf(notification),
        },
        accepts: ({ json }) => field(json, 'ok') === true,
        failure: (answer) => {
          moved = field(answer.json, 'parameters', 'migrate_to_chat_id')
          return botFailure(answer)
        },
      })
    const answer = await post(options.chat_id).catch((error: unknown) => {
      // A group that became a supergroup has another number.
      if (moved === undefined) throw error
      context.debug(`the chat is ${moved} now`)
      return post(String(moved))
    })
    for (const file of notification.files ?? []) await sendDocument(file, moved ?? options.chat_id, options, context)
    return asObject(answer.json)
  },
  asks: { words: 9, text: true, longest: { max: 3800, unit: 'utf16' } },
  ask,
  async probe({ base_url, token }, context) {
    const answer = await context.http(`${base_url}/bot${token}/getMe`, {
      method: 'GET',
      accepts: ({ json }) => field(json, 'ok') === true,
      failure: botFailure,
    })
    return `the bot @${field(answer.json, 'result', 'username') ?? '?'}`
  },
})

/** The title in bold by an entity, whose offsets are UTF-16 units: nothing in the text needs to be escaped. The server finds names in any. */
function textOf({ title, message, url: link }: Outgoing) {
  const tail = link === undefined ? '' : `\n${inertAddress(link)}`
  const head = callingNobody(title)
  const text = fitRendered(message, (part) => [head, `${callingNobody(part)}${tail}`].filter(Boolean).join('\n'), {
    max: 4096,
    unit: 'utf16',
  })
  return { text: text || ' ', ...(head && { entities: [{ type: 'bold', offset: 0, length: head.length }] }) }
}

/** https://core.telegram.org/bots/api#senddocument */
async function sendDocument(
  { name, type, content }: OutgoingFile,
  chat: unknown,
  {
    base_url,
    token,
    message_thread_id: thread,
  }: { base_url: string; token: string; message_thread_id?: number | undefined },
  context: Context,
): Promise<void> {
  await context.http(`${base_url}/bot${token}/sendDocument`, {
    multipart: [
      { name: 'chat_id', content: String(chat) },
      ...(thread === undefined ? [] : [{ name: 'message_thread_id', content: String(thread) }]),
      { name: 'document', filename: name, type, content },
    ],
    accepts: ({ json }) => field(json, 'ok') === true,
    failure: botFailure,
  })
}

/** A button for each action, one below the other. */
function keyboardOf({ actions }: Outgoing) {
  return actions && { inline_keyboard: actions.map(({ label, url }) => [{ text: label, url }]) }
}
