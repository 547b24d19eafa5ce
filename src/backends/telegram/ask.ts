import { messageOf } from '../../platform/errors.ts'
import { field } from '../../platform/json.ts'
import { hideSecret } from '../../platform/masking.ts'
import type { AskContext } from '../contract/backend.ts'
import { type Asked, answerIn, newCode, type Question, type Reply } from '../contract/question.ts'
import { botFailure } from './failure.ts'
import { hashOf, readUpdates, type Update } from './updates.ts'

interface Options {
  token: string
  chat_id: string
  answer_from?: readonly string[] | undefined
  message_thread_id?: number | undefined
  base_url: string
}

/** Puts a question with an inline keyboard; a text answers it as a reply to its message. */
export async function ask(question: Question, options: Options, context: AskContext): Promise<Asked> {
  const codes = new Map(question.words.map((word) => [newCode(), word]))
  for (const code of codes.keys()) hideSecret(code)
  const call = async (method: string, json: Record<string, unknown>) => {
    const answer = await context.http(`${options.base_url}/bot${options.token}/${method}`, {
      json,
      accepts: (found) => field(found.json, 'ok') === true,
      failure: botFailure,
    })
    return field(answer.json, 'result')
  }
  const text = [question.title, question.text].filter(Boolean).join('\n')
  const posted = await call('sendMessage', {
    ...{ chat_id: options.chat_id, text, message_thread_id: options.message_thread_id },
    link_preview_options: { is_disabled: true },
    reply_markup: keyboardOf(codes),
  })
  const place = {
    chat: String(field(posted, 'chat', 'id') ?? options.chat_id),
    message: String(field(posted, 'message_id')),
  }
  const reply = replyFrom({ question, codes, options, place, call }, context)
  const own = { chat_id: place.chat, message_id: Number(place.message) }
  return {
    reply,
    close: async (ending) => {
      codes.clear()
      // Without a keyboard of its own the edited message has none.
      await call('editMessageText', { ...own, text: `${text}\n${ending}` })
        .catch(() => call('editMessageReplyMarkup', own))
        .catch((error) => context.debug(messageOf(error)))
    },
  }
}

function keyboardOf(codes: Map<string, string>) {
  if (codes.size === 0) return { force_reply: true }
  return { inline_keyboard: [...codes].map(([callback_data, text]) => [{ text, callback_data }]) }
}

interface Parts {
  question: Question
  codes: Map<string, string>
  options: Options
  place: { chat: string; message: string }
  call(method: string, json: Record<string, unknown>): Promise<unknown>
}

function replyFrom({ question, codes, options, place, call }: Parts, context: AskContext): Promise<Reply> {
  const words = new Map([...codes].map(([code, word]) => [hashOf(code), word]))
  const mayAnswer = ({ from, name }: Update) =>
    options.answer_from === undefined ||
    options.answer_from.some(
      (one) => one === from || (name !== '' && one.replace(/^@/, '').toLowerCase() === name.toLowerCase()),
    )
  const reply = new Promise<Reply>((resolve, reject) => {
    const take = (update: Update) => {
      if (update.chat !== place.chat || codes.size + Number(question.freeText) === 0) return
      const answer =
        update.code !== undefined
          ? words.get(update.code)
          : update.replyTo === place.message
            ? answerIn(update.text ?? '', question)
            : undefined
      if (answer === undefined) return
      const isAllowed = mayAnswer(update)
      if (update.callback !== undefined) {
        const said = isAllowed ? answer : 'This question is for somebody else.'
        call('answerCallbackQuery', { callback_query_id: update.callback, text: said }).catch((error) =>
          context.debug(messageOf(error)),
        )
      }
      if (!isAllowed) return context.debug(`an answer of ${update.from}, who may not answer, was ignored`)
      resolve({ answer, by: update.name === '' ? update.from : `@${update.name}` })
    }
    readUpdates(options, context, take).catch(reject)
  })
  reply.catch(() => {})
  return reply
}
