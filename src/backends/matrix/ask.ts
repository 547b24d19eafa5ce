import { ConfigError, messageOf, TransientError } from '../../platform/errors.ts'
import { field, textOf } from '../../platform/json.ts'
import { pause, pauseAfter } from '../../platform/retry.ts'
import type { AskContext } from '../contract/backend.ts'
import { type Asked, answerIn, type Question, type Reply } from '../contract/question.ts'
import { type AccountOptions, accountOf } from './account.ts'
import type { Call } from './call.ts'
import { contentOf } from './content.ts'
import { type EncryptionOptions, putInto } from './put.ts'
import { post, roomId } from './rooms.ts'
import { accountCall } from './session.ts'
import { slowDown, sync, timelinesIn } from './sync.ts'

interface Options extends AccountOptions, EncryptionOptions {
  rooms: readonly string[]
  msgtype: string
  answer_from?: readonly string[] | undefined
}

/** What answers: messages and reactions. */
const kinds = ['m.room.message', 'm.reaction']

const unreadable = 'the room is encrypted, and ntfy does not read replies there; offer answers to choose from'

/** How long the homeserver may hold a request back, milliseconds. */
const patience = 30_000

/** Reactions that stand for the answers: thumbs for yes and no, else a digit with its frame (U+20E3). */
const thumbs = new Map([
  ['yes', '👍'],
  ['no', '👎'],
])

/** Puts a question to every room; a reaction to it, or a reply, answers. */
export async function ask(question: Question, options: Options, context: AskContext): Promise<Asked> {
  const { cache, now, http, waiting } = context
  const account = await accountOf(options, context)
  const call = accountCall(account, { http, cache, now })
  const own = String((await call('GET', ['account', 'whoami'], { proof: 'user_id' }))['user_id'])
  const marks = new Map(question.words.map((word, at) => [bare(thumbs.get(word) ?? `${at + 1}\u20e3`), word]))
  const since = String((await sync(call, kinds, { timeout: 0 }))['next_batch'])
  const legend = question.words.map((word, at) => `${thumbs.get(word) ?? `${at + 1}\ufe0f\u20e3`} ${word}`).join(', ')
  const content = (message: string, encrypted: boolean) =>
    contentOf({ title: question.title, message }, options.msgtype, encrypted)
  const text = (encrypted: boolean) => {
    // Reactions are not encrypted; what others write is not read.
    if (encrypted && question.words.length === 0) throw new ConfigError(unreadable)
    const way = encrypted ? `React with ${legend}.` : `React with ${legend}, or reply.`
    return `${question.text}\n${question.words.length > 0 ? way : 'Reply to answer.'}`
  }
  const ask = { transaction: context.id, contents: async (encrypted: boolean) => [content(text(encrypted), encrypted)] }
  const put = putInto(call, account, ask, options, context)
  const events = new Map<string, string>()
  for (const room of options.rooms) {
    events.set(await post(call, account.homeserver, room, put), await roomId(call, room))
  }
  const mayAnswer = (sender: string) =>
    sender !== own && (options.answer_from === undefined || options.answer_from.includes(sender))
  const reply = replies(accountCall(account, { http: waiting, cache, now }), since, context, (event, room) => {
    const sender = textOf(field(event, 'sender'))
    const answer = answerOf(event, (id) => events.get(id) === room, question, marks)
    return answer === undefined || !mayAnswer(sender) ? undefined : { answer, by: sender }
  })
  return {
    reply,
    close: async (ending) => {
      for (const [event, room] of events) {
        const contents = async (encrypted: boolean) => [
          replacement(event, content(`${question.text}\n${ending}`, encrypted)),
        ]
        const put = putInto(call, account, { transaction: `${context.id}-end`, contents }, options, context)
        await post(call, account.homeserver, room, put).catch((error) => context.debug(messageOf(error)))
      }
    },
  }
}

/** Reads what happens in the rooms until something is an answer. */
function replies(
  call: Call,
  start: string,
  context: AskContext,
  answerOf: (event: unknown, room: string) => Reply | undefined,
): Promise<Reply> {
  const read = async (): Promise<Reply> => {
    let since = start
    for (let failures = 0; ; ) {
      try {
        const begun = performance.now()
        const answer = await sync(call, kinds, { since, timeout: patience })
        for (const { room, events } of timelinesIn(answer)) {
          for (const event of events) {
            const found = answerOf(event, room)
            if (found !== undefined) return found
          }
        }
        const next = textOf(answer['next_batch'])
        if (next === since) await slowDown(begun, context.signal)
        since = next
        failures = 0
      } catch (error) {
        if (!(error instanceof TransientError) || context.signal.aborted) throw error
        context.debug(messageOf(error))
        await pause(pauseAfter(failures++, 10_000), context.signal)
      }
    }
  }
  const reply = read()
  reply.catch(() => {})
  return reply
}

/** What an event says to the question: by its reaction ("m.annotation"), or as a reply ("m.in_reply_to"). */
function answerOf(
  event: unknown,
  isQuestion: (id: string) => boolean,
  question: Question,
  marks: Map<string, string>,
): string | undefined {
  const relation = field(event, 'content', 'm.relates_to')
  if (field(event, 'type') === 'm.reaction') {
    const isOurs = field(relation, 'rel_type') === 'm.annotation' && isQuestion(textOf(field(relation, 'event_id')))
    const key = textOf(field(relation, 'key'))
    return isOurs ? (marks.get(bare(key)) ?? question.words.find((word) => word === key)) : undefined
  }
  if (!isQuestion(textOf(field(relation, 'm.in_reply_to', 'event_id')))) return undefined
  // Older clients repeat what they reply to ("Fallbacks for rich replies").
  const body = textOf(field(event, 'content', 'body')).replace(/^(?:> .*\n)+\n?/, '')
  return answerIn(body, question)
}

/** A mark without its skin tone and its variation selector, which clients add as they like. */
function bare(mark: string): string {
  return mark.replace(/[\ufe0e\ufe0f]|\p{Emoji_Modifier}/gu, '')
}

/** Client-server API, "Event replacements". */
function replacement(event: string, content: Record<string, unknown>): Record<string, unknown> {
  return {
    ...content,
    body: `* ${content['body']}`,
    'm.new_content': content,
    'm.relates_to': { rel_type: 'm.replace', event_id: event },
  }
}
