import { messageOf, TransientError } from '../../platform/errors.ts'
import { field } from '../../platform/json.ts'
import { pause, pauseAfter } from '../../platform/retry.ts'
import type { AskContext } from '../contract/backend.ts'
import { type Asked, answerIn, type Question, type Reply } from '../contract/question.ts'
import { type AccountOptions, accountOf } from './account.ts'
import type { Call } from './call.ts'
import { contentOf } from './content.ts'
import { post, roomId } from './rooms.ts'
import { accountCall } from './session.ts'
import { sync, timelinesIn } from './sync.ts'

interface Options extends AccountOptions {
  rooms: readonly string[]
  msgtype: string
  allow_unencrypted: boolean
  answer_from?: readonly string[] | undefined
}

/** What answers: messages and reactions. */
const kinds = ['m.room.message', 'm.reaction']

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
  const hint = question.words.length > 0 ? `React with ${legend}, or reply.` : 'Reply to answer.'
  const text = `${question.text}\n${hint}`
  const content = (message: string) => contentOf({ title: question.title, message } as never, options.msgtype)
  const events = new Map<string, string>()
  for (const room of options.rooms) {
    const message = { transaction: context.id, content: content(text), allowUnencrypted: options.allow_unencrypted }
    events.set(await post(call, room, message), await roomId(call, room))
  }
  const mayAnswer = (sender: string) =>
    sender !== own && (options.answer_from === undefined || options.answer_from.includes(sender))
  const reply = replies(accountCall(account, { http: waiting, cache, now }), since, context, (event, room) => {
    const sender = String(field(event, 'sender'))
    const answer = answerOf(event, (id) => events.get(id) === room, question, marks)
    return answer === undefined || !mayAnswer(sender) ? undefined : { answer, by: sender }
  })
  return {
    reply,
    close: async (ending) => {
      for (const [event, room] of events) await edit(call, room, event, content(`${question.text}\n${ending}`), context)
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
        const answer = await sync(call, kinds, { since, timeout: patience })
        for (const { room, events } of timelinesIn(answer)) {
          for (const event of events) {
            const found = answerOf(event, room)
            if (found !== undefined) return found
          }
        }
        since = String(answer['next_batch'] ?? since)
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
    const isOurs = field(relation, 'rel_type') === 'm.annotation' && isQuestion(String(field(relation, 'event_id')))
    const key = String(field(relation, 'key'))
    return isOurs ? (marks.get(bare(key)) ?? question.words.find((word) => word === key)) : undefined
  }
  if (!isQuestion(String(field(relation, 'm.in_reply_to', 'event_id')))) return undefined
  // Older clients repeat what they reply to ("Fallbacks for rich replies").
  const body = String(field(event, 'content', 'body') ?? '').replace(/^(?:> .*\n)+\n?/, '')
  return answerIn(body, question)
}

/** A mark without its skin tone and its variation selector, which clients add as they like. */
function bare(mark: string): string {
  return mark.replace(/[\ufe0e\ufe0f]|\p{Emoji_Modifier}/gu, '')
}

/** Client-server API, "Event replacements". */
async function edit(call: Call, room: string, event: string, content: Record<string, unknown>, context: AskContext) {
  const json = {
    ...content,
    body: `* ${content['body']}`,
    'm.new_content': content,
    'm.relates_to': { rel_type: 'm.replace', event_id: event },
  }
  const path = ['rooms', room, 'send', 'm.room.message', `${context.id}-end`]
  await call('PUT', path, { json, proof: 'event_id' }).catch((error) => context.debug(messageOf(error)))
}
