import { ConfigError, messageOf } from '../../platform/errors.ts'
import { textOf } from '../../platform/json.ts'
import { hideSecret } from '../../platform/masking.ts'
import type { AskContext } from '../contract/backend.ts'
import { authorization } from '../contract/http-options.ts'
import { type Asked, newCode, type Question, type Reply } from '../contract/question.ts'
import { levelOf } from './level.ts'
import { type Place, subscribe } from './subscribe.ts'

/** What of the target's options a question needs. */
interface Options extends Place {
  reply_token?: string | undefined
  priority?: string | undefined
  icon?: string | undefined
}

/** A subscription that is slow to open does not keep the question back: what is cached comes later, milliseconds. */
const opening = 2000

/** Puts a question with a button for each answer, which posts a code of its own to a topic that nobody else knows. */
export async function ask(question: Question, options: Options, context: AskContext): Promise<Asked> {
  const { server, headers } = buttonAddress(options)
  const replies: Place = { ...options, topic: newCode() }
  const codes = new Map(question.words.map((word) => [newCode(), word]))
  for (const code of [replies.topic, ...codes.keys()]) hideSecret(code)
  const life = new AbortController()
  const end = () => life.abort()
  context.signal.addEventListener('abort', end)
  const { opened, reply } = readReplies(replies, codes, life.signal, context)
  const actions = [...codes].map(([code, label]) => ({
    ...{ action: 'http', label, url: `${server}/${replies.topic}`, method: 'POST', body: code, clear: true },
    ...(headers && { headers }),
  }))
  const publish = (message: string, more: Record<string, unknown>) =>
    context.http(`${options.server}/`, {
      headers: { 'content-type': 'application/json', ...authorization(options) },
      body: JSON.stringify({
        ...{ topic: options.topic, title: question.title, message, icon: options.icon, sequence_id: context.id },
        ...more,
      }),
      accepts: ({ json }) => typeof json === 'object' && json !== null && 'id' in json && 'topic' in json,
    })
  try {
    await Promise.race([opened, reply])
    await publish(question.text, { priority: levelOf(options.priority ?? 'high'), actions })
  } catch (error) {
    end()
    throw error
  }
  return {
    reply,
    // A server from 2.16 on shows it in the place of the question.
    close: async (ending) => {
      end()
      await publish(`${question.text}\n${ending}`, { priority: 1 }).catch((error) => context.debug(messageOf(error)))
    },
  }
}

/**
 * Where the buttons post to, and with which token: never with our own, as whoever reads the topic reads the buttons.
 *
 * @throws ConfigError the server is protected, and there is none for them
 */
function buttonAddress({ server, token, user, reply_token: reply }: Options): {
  server: string
  headers: Record<string, string> | undefined
} {
  const address = new URL(server)
  const isProtected = token !== undefined || user !== undefined || address.username !== ''
  if (isProtected && reply === undefined) {
    throw new ConfigError(
      'reply_token is missing: the server is protected, and our own token must not go into the buttons of a question (make one that may only write)',
    )
  }
  if (reply !== undefined && reply === token) {
    throw new ConfigError(
      'reply_token is our own token, which must not go into the buttons of a question (make one that may only write)',
    )
  }
  Object.assign(address, { username: '', password: '' })
  return {
    server: address.href.replace(/\/$/, ''),
    headers: reply === undefined ? undefined : authorization({ token: reply }),
  }
}

/** Reads the answers' topic from its beginning: only a code of this question counts, and the first of them ends it. */
function readReplies(
  place: Place,
  codes: Map<string, string>,
  signal: AbortSignal,
  context: AskContext,
): { opened: Promise<void>; reply: Promise<Reply> } {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, opening)
    open = () => {
      clearTimeout(timer)
      resolve()
    }
  })
  let last = 'all'
  const reply = new Promise<Reply>((resolve, reject) => {
    subscribe(place, {
      since: () => last,
      opened: open,
      lost(why) {
        // The question itself will say what is wrong.
        open()
        context.debug(`the answers: ${why}`)
      },
      take: (message) => {
        last = message.id
        const answer = codes.get(textOf(message['message']).trim())
        if (answer === undefined) return context.debug('an answer that is none was ignored')
        codes.clear()
        resolve({ answer })
      },
      signal,
      longestPause: 10_000,
    }).catch(reject)
  })
  reply.catch(() => {})
  return { opened, reply }
}
